"""From the counters of an inference server to tokens per busy second, and those in words."""
