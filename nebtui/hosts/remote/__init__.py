"""A box on which another nebtui runs: what that one sees, and what it is asked to do."""
