"""Edits of compose files, env files and Dockerfiles as splices of their text."""
