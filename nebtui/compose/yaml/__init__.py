"""YAML text as nodes with their places: parsing, values as Compose reads them, and writing."""
