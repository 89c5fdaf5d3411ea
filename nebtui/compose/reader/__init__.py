"""nebtui's own reader: the effective model of a project without Compose."""
