"""nebtui as one file, for a box that has none: what is in it, and how it is made."""
