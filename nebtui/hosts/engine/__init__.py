"""The Docker Engine: its endpoint, its API, and what its answers hold."""
