"""Starts of containers, watched closely: ports that begin to listen, connections that are
refused."""
