"""Who answers a request. Knows nothing of dbt."""
