"""The small languages inside Compose files: short forms, env files, variables."""
