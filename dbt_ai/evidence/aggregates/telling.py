"""From the rows of a guarded query to text that may be shown: small groups left out, figures rounded."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from dbt_ai.evidence.aggregates.figures import Figure, Told
from dbt_ai.evidence.aggregates.rewriting import MAX_GROUPS, Check, Guarded
from dbt_ai.evidence.aggregates.tables import WITHHELD
from dbt_ai.evidence.masking import visible
from dbt_ai.evidence.privacy import MAX_VALUES, MIN_ROWS_PER_VALUE

MAX_ROWS = 50
MAX_LENGTH = 80  # of one value
HIDDEN = "(not shown)"


@dataclass(frozen=True)
class Shown:
    """Rows as texts, and what a reader of them has to know."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def tell(guarded: Guarded, rows: Sequence[Sequence[Any]], texts: Set[str]) -> Shown:
    """What may be shown of `rows`. `texts` are the words that may be, in lower case."""
    notes: list[str] = []
    width = len(guarded.figures)
    if len(rows) == MAX_GROUPS:
        return Shown((), (), (f"There are {MAX_GROUPS:,} groups or more: ask for fewer.",))
    keys = [place for place, figure in enumerate(guarded.figures) if figure.told is Told.KEY]
    refused = _too_many(guarded, rows, keys)
    if refused:
        return Shown((), (), (refused,))
    shown, small = [], False
    for row in rows:
        checks = list(zip(guarded.checks, row[width:], strict=True))
        if _is_small(checks, grouped=bool(keys)):
            small = True
            continue
        shown.append(tuple(_value(guarded, place, row[place], checks, texts) for place in range(width)))
    if small:
        notes.append(f"Groups that rest on fewer than {MIN_ROWS_PER_VALUE} rows are left out.")
    wanted = min(MAX_ROWS, guarded.limit if guarded.limit is not None else MAX_ROWS)
    if len(shown) > wanted:
        notes.append(f"{len(shown) - wanted} further rows are left out.")
    if guarded.rough:
        notes.append("Rough, since it compares numbers or dates with numbers of your own: counts in steps of 5.")
    return Shown(tuple(figure.name for figure in guarded.figures), tuple(shown[:wanted]), tuple(notes))


def _too_many(guarded: Guarded, rows: Sequence[Sequence[Any]], keys: Sequence[int]) -> str:
    for place in keys:
        figure, values = guarded.figures[place], {row[place] for row in rows if row[place] is not None}
        if any(isinstance(value, UUID) for value in values):
            return (
                f"{figure.name} names rows or holds values that are not shown: count the groups in a subquery, such as "
                "SELECT n, count(*) FROM (SELECT x, count(*) AS n FROM t GROUP BY x) AS g GROUP BY n."
            )
        if any(not isinstance(value, _TOLD) for value in values):
            return f"{figure.name} is of a kind that is not shown."
        months = all(isinstance(value, datetime.date) and _month(value) for value in values)
        if figure.rows and len(values) > (MAX_ROWS if months else MAX_VALUES):
            return f"{figure.name} has more than {MAX_VALUES} values: group by something coarser."
    return ""


_TOLD = (bool, int, float, Decimal, str, datetime.date, datetime.time)


def _month(value: datetime.date) -> bool:
    time = value.time() if isinstance(value, datetime.datetime) else datetime.time()
    return value.day == 1 and time == datetime.time()


def _is_small(checks: Sequence[tuple[tuple[Check, int], Any]], *, grouped: bool) -> bool:
    groups = [value for (check, _), value in checks if check is Check.GROUP]
    if grouped and max(groups, default=0) < MIN_ROWS_PER_VALUE:
        return True
    return any(0 < value < MIN_ROWS_PER_VALUE for (check, _), value in checks if check is Check.KEY)


def _value(
    guarded: Guarded,
    place: int,
    value: Any,
    checks: Sequence[tuple[tuple[Check, int], Any]],
    texts: Set[str],
) -> str:
    figure = guarded.figures[place]
    own = [(check, found) for (check, of), found in checks if of == place and check is not Check.GROUP]
    if figure.told in (Told.KEY, Told.LABEL):
        return _text(value, texts)
    rows = max((found for (check, _), found in checks if check is Check.GROUP), default=0)
    few = f"fewer than {MIN_ROWS_PER_VALUE}"
    if 0 < rows < MIN_ROWS_PER_VALUE:
        return few if figure.bare else HIDDEN
    if any(check is Check.RESTS_ON and 0 < found < MIN_ROWS_PER_VALUE for check, found in own):
        return HIDDEN
    if any(check is Check.DOMINATED and found for check, found in own):
        return HIDDEN
    counts = [found or 0 for check, found in own if check is Check.COUNT]
    if guarded.rough and any(count < MIN_ROWS_PER_VALUE for count in counts):
        return few if figure.bare else HIDDEN
    if any(0 < count < MIN_ROWS_PER_VALUE for count in counts):
        return f"1 to {MIN_ROWS_PER_VALUE - 1}" if figure.bare else HIDDEN
    return _rounded(figure, value, guarded.rough, texts)


def _rounded(figure: Figure, value: Any, rough: bool, texts: Set[str]) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | str):
        return HIDDEN if rough and figure.told is Told.FLAG else _text(value, texts)
    if isinstance(value, datetime.datetime | datetime.date):
        return f"{value.year:04d}-{value.month:02d}"
    if not isinstance(value, int | float | Decimal):
        return HIDDEN
    if figure.told is Told.COUNT:
        if isinstance(value, int) or value == int(value):
            return str(int(value) // 5 * 5 if rough and value >= MIN_ROWS_PER_VALUE else int(value))
        return f"{float(value):.2g}" if rough else f"{float(value):.4g}"
    number = float(value)
    if not math.isfinite(number) or number == 0:
        return str(value)
    return f"{float(f'{number:.3g}' if figure.told is Told.SUM else f'{number:.1g}'):.10g}"


def _text(value: Any, texts: Set[str]) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        known = value.strip().casefold() in texts or value == ""
        return visible(value)[:MAX_LENGTH] if known else WITHHELD
    return str(value) if isinstance(value, _TOLD) else HIDDEN
