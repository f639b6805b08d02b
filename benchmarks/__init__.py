"""Figures: `python -m benchmarks NAME [--quick]` prints what the README claims in numbers."""
