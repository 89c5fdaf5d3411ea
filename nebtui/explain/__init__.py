"""What each thing on the screen means and where it comes from: a table of data, and which row of it
belongs to a line of text. Nothing here knows a screen."""
