"""How a project started: pure derivations from the events of its containers."""
