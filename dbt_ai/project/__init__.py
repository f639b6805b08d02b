"""One dbt project as values: read from a live dbt or from `target/`, selected, compiled, located."""
