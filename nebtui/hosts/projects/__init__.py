"""The Compose projects of this box: found, read, and read again when a file changed."""
