"""Plan, diff, apply: YAML and the lock file. Never asks anyone."""
