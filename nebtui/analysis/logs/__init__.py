"""What the lines of a log tell: how bad they are, and what stands in their fields."""
