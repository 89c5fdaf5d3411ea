"""Dockerfiles: their instructions with lines, and what the stage that is built will hold."""
