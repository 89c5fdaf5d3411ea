"""The simulated box: a small machine of scripted services on a clock, without thread, socket or
engine."""
