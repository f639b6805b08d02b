"""The option `--tolerance`, and what its value may be."""

from __future__ import annotations

import click

from dbt_ai.errors import UsageError


def tolerance_of(value: float | None) -> float | None:
    """The tolerance, where it can be meant. Raises UsageError."""
    if value is None:
        return None
    from dbt_ai.checks.lifted.closeness import LEAST, MOST

    if not LEAST <= value <= MOST:
        raise UsageError(
            f"The tolerance is a share between {LEAST:g} and {MOST:g}, not {value:g}; without one floating point is "
            "compared to eleven digits."
        )
    return value


tolerance_option = click.option(
    "--tolerance",
    type=float,
    metavar="SHARE",
    callback=lambda context, option, value: tolerance_of(value),
    help="Floating point numbers are the same where they differ by no more than this share of the larger one.",
)
