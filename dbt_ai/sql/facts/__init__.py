"""What the SQL of one query says of its rows and columns: the ground that true documentation stands on.

The walk goes from the base relations outwards (`query_facts`), each SELECT clause by clause (`selects`).
The finders, one a file:

    inline        the defining expression of a column down to base relations
    kinds         pass-through, renamed, cast, computed ...; windows, CASE branches, defaults, unit conversions
    aggregates    what is aggregated over which rows, and whether a join repeats them
    nullability   whether a column can be NULL, and in which ways
    domains       closed sets of values
    joins         what a join does to keys, rows and NULLs
    keys          which output columns are unique together
    unions        what the branches of a set operation agree on
    conditions    what a condition says in three-valued logic
"""

from dbt_ai.sql.facts.cache import facts_from_bytes, facts_to_bytes
from dbt_ai.sql.facts.query_facts import facts_of

__all__ = ["facts_from_bytes", "facts_of", "facts_to_bytes"]
