"""Verdicts from SQL and DuckDB. Never asks an engine."""
