"""One way to write a query out of the many that mean the same."""

from dbt_ai.sql.normal_form.normalizing import normal_form

__all__ = ["normal_form"]
