"""The Docker Engine: its endpoint, its API, and what its answers hold."""

from nebtui.without_tls import load_with_later_tls

load_with_later_tls("http.client")
