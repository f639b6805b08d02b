"""What the tests of a model notice: its mutants on the rows that are there, each looked at by every test."""
