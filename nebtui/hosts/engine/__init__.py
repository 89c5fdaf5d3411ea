"""The Docker Engine: its endpoint, its API, and what its answers hold."""

from nebtui.without_tls import load_without_tls

load_without_tls("http.client")
