"""The data's profile: what a relation's rows say, in few passes of DuckDB."""

from dbt_ai.evidence.profile.cache import ProfileCache
from dbt_ai.evidence.profile.relation import of_a_part, profile_relation
from dbt_ai.evidence.profile.warehouse import warehouse_columns

__all__ = ["ProfileCache", "of_a_part", "profile_relation", "warehouse_columns"]
