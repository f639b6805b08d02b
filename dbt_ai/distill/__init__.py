"""Teaches a small local model what was proved: cases, pairs, training, export, evaluation, promotion."""
