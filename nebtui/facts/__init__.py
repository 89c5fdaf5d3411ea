"""Every noun of nebtui, as frozen dataclasses: declared, observed, sampled, and all of them in a
snapshot."""
