"""Files of the kernel, read purely: /proc and control groups."""
