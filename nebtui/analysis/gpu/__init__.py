"""Whether a service asks for a GPU, has one, and computes on it: the ladder of evidence."""
