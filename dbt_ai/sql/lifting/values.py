"""The words of lifting: what comes of a query, and the names that the rewritten SQL uses."""

from __future__ import annotations

from dataclasses import dataclass

DATABASE = "__db"
"""The column that every lifted table has beside its own: the number of the database that the row belongs to."""

MANY = "__lift_many"
"""The catalog whose tables hold the rows of all databases, each table called by its relation's key."""

ONE = "__lift_one"
"""The catalog whose tables hold the rows of one database."""

OWNER = "__lift_d"
TABLE = "__lift_t"
ROWS = "__lift_q"
RESERVED = "__lift"


@dataclass(frozen=True)
class Resolution:
    """A query whose ties are all broken in one direction, so that every database has exactly one answer to it.

    `lateral` reads the tables of `MANY` as the database that a row of an outer query names; `alone` reads the
    tables of `ONE`.
    """

    lateral: str
    alone: str

    @property
    def sql(self) -> str:
        """The query on every database of `__dbs` in `MANY`: its columns, and last the number of the database."""
        return over(self.lateral)


@dataclass(frozen=True)
class Lifted:
    """A query that can run on many databases at once. `relations` are the keys of those it reads.

    `left_open` are the codes of what the query leaves to chance (see `reasons.LEFT_OPEN`). Where it is empty there is
    one resolution; else there are two, in which all ties are broken upwards and downwards. `alone` is the query as it
    stands, on the tables of `ONE`. `ordered` tells that the outermost query has an ORDER BY.
    """

    relations: tuple[str, ...]
    alone: str
    resolutions: tuple[Resolution, ...]
    left_open: tuple[str, ...] = ()
    ordered: bool = False

    @property
    def sql(self) -> str:
        """The first resolution on every database."""
        return self.resolutions[0].sql


@dataclass(frozen=True)
class Around:
    """What a part of a query has to know of the rest of it: the names of the CTEs that it may read, and those that
    columns have anywhere, all in lower case. `part` tells that it is one, so that nobody sees the order of its rows."""

    ctes: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    part: bool = False


@dataclass(frozen=True)
class NotLifted:
    """Why a query cannot be lifted: a code of `reasons.REFUSED`, and the piece of SQL it is about."""

    reason: str
    detail: str


class Refused(Exception):
    """Raised inside the package: the query has something that is not lifted."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def over(lateral: str, databases: str = f"{MANY}.main.__dbs") -> str:
    """`lateral` on every database that `databases` has a row of."""
    return f"SELECT {ROWS}.*, {OWNER}.{DATABASE} FROM {databases} AS {OWNER}, LATERAL ({lateral}) AS {ROWS}"


def words(text: str) -> frozenset[str]:
    """A set of names, written as one text."""
    return frozenset(text.split())
