"""What is left out of the copy, told in few sentences: one for each reason."""

from __future__ import annotations

from collections.abc import Mapping

_NAMED = 5


def omission_notices(reasons: Mapping[str, str]) -> tuple[str, ...]:
    """Sentences about what is left out, by the name of each with the reason, a clause.

    >>> omission_notices({"orders": "it takes a random sample", "lines": "it takes a random sample"})
    ('Left out of the copy of the data: orders and lines, as it takes a random sample.',)
    """
    grouped: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        grouped.setdefault(reason, []).append(name)
    return tuple(
        f"Left out of the copy of the data: {_listed(names)}, as {reason.rstrip('.!')}."
        for reason, names in grouped.items()
    )


def _listed(names: list[str]) -> str:
    shown = names[:_NAMED] + ([f"{len(names) - _NAMED} more"] if len(names) > _NAMED else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
