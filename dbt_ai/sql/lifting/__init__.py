"""One query over thousands of small databases at once: each table has one more column that says whose row it is."""

from dbt_ai.sql.lifting.lift import lift
from dbt_ai.sql.lifting.reasons import LEFT_OPEN, REFUSED
from dbt_ai.sql.lifting.values import DATABASE, MANY, ONE, Lifted, NotLifted, Resolution

__all__ = ["DATABASE", "LEFT_OPEN", "MANY", "ONE", "REFUSED", "Lifted", "NotLifted", "Resolution", "lift"]
