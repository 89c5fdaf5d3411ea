"""Docker Compose itself: which binary, its argv, and what its `config` answers."""
