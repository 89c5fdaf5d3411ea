"""Pure derivations from a snapshot, one question a file."""
