"""What the command line prints: findings, status and graph as text and as JSON of the contract."""
