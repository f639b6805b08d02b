"""dbt_ai: dbt's door. Importing this module costs next to nothing and never raises."""
