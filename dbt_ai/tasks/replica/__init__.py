"""A copy in DuckDB of the data of a project on another warehouse: seeds, samples of the sources, and what the models
make of them.

Relations have the names that they have in compiled SQL, so that whoever looks at data finds them there. What cannot be
copied truly is left out, and told.
"""

from dbt_ai.tasks.replica.building import open_replica

__all__ = ["open_replica"]
