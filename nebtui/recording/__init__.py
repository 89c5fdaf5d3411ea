"""Recordings: the changes of a box as JSON lines, written while it is watched (`writer`) and read
again (`lines`, `tape`)."""
