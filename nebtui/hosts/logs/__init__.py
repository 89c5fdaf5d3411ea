"""What containers write, read from several at once and put in the order of time."""
