"""The words of classifying mutants."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from dbt_ai.checks.lifted import Bound, Counterexample
from dbt_ai.sql.mutants import Mutant


class Fate(str, Enum):
    """What is known of a mutant before any test has run."""

    KILLABLE = "killable"  # on some database it gives other rows than the original
    EQUIVALENT = "equivalent"  # on no database that was tried
    NOT_REACHED = "not-reached"  # it could not be tried


@dataclass(frozen=True)
class Classified:
    """A mutant with what is known of it.

    Of one that is KILLABLE, `counterexample` is a small database that shows it. EQUIVALENT is never more than that no
    database showed it (the verdict that is called "bounded"), even where every database within `bound` was tried: two
    rows a table and two values a column are too few for some differences. `databases` counts those that were tried,
    `differing` those of them that are known to tell the two apart. For NOT_REACHED, `reason` is a code of
    dbt_ai/checks/lifted/reasons.py and `detail` what it is about.
    """

    mutant: Mutant
    fate: Fate
    databases: int = 0
    differing: int = 0
    counterexample: Counterexample | None = None
    bound: Bound | None = None
    reason: str | None = None
    detail: str = ""
