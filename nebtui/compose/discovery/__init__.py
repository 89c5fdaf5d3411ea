"""Which files make which project: folders searched, labels of containers, candidates."""
