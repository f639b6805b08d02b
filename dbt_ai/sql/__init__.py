"""Pure functions on SQL: column lineage and facts. sqlglot and jinja2 only."""
