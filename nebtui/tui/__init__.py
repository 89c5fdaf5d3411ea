"""The screen: the only room that imports textual. Attributes go down, messages go up."""
