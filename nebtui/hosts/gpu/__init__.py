"""GPU drivers: devices, processes and the chain of software below them."""
