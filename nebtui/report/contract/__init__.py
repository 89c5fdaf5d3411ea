"""The shapes of the JSON that the verbs print, one typed dictionary for each object in it: what
builds them is checked against them by mypy, and `nebtui schema` is derived from them."""
