"""Text for people: masked secrets, short paths, and what a terminal can show."""
