"""The command line: parses, calls a task, prints a report."""
