"""Inference servers: which containers are some, how they are asked, what they answer."""
