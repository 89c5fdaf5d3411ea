"""Guided tours as data: steps that wait until the person has done the thing, what they wait for,
and what to say where something else was done. Nothing here knows a screen."""
