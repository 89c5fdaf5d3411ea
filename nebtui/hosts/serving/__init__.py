"""The other end: this box, told to a nebtui that runs elsewhere."""
