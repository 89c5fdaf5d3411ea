"""Compose files: finding them, their effective model, where each key stands, and editing them by
splices."""
