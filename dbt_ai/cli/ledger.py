"""`dbtai ledger`: what was sent to models, and what it cost."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from dbt_ai.cli.options import project_dir_option
from dbt_ai.cli.output import format_option

LAST = 20  # requests that are listed for a person
SCHEMA_VERSION = 1


@click.command("ledger")
@project_dir_option
@click.option(
    "--by",
    type=click.Choice(("node", "model", "day", "engine", "run", "outcome")),
    help="Sums instead of single requests.",
)
@click.option(
    "--since", type=click.DateTime(("%Y-%m-%d",)), metavar="DATE", help="Requests since a day such as 2026-11-24, UTC."
)
@click.option(
    "--export",
    "exported",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write all of it to FILE.jsonl or FILE.parquet instead.",
)
@format_option()
def command(project_dir: Path | None, by: str | None, since: datetime | None, exported: Path | None, form: str) -> None:
    """Show every request that was sent to a model: when, for which node, how much, what it cost, what became of it.

    A request that was interrupted is listed as "sent", with the most that it can have cost. Answers that were there
    already cost nothing and are not listed. No prompt, no answer and no data is kept in the ledger.
    """
    from dbt_ai.report.ledger_export import check_export, export

    if exported is not None:
        check_export(exported)
    last = LAST if exported is None and form == "text" else None
    rows, totals, told = _read(project_dir, by, f"{since:%Y-%m-%d}" if since else "", last)
    if exported is not None and rows:
        export(rows, exported)
        told = f"Wrote {len(rows):,} {'row' if len(rows) == 1 else 'rows'} to {exported}."
    elif form == "json":
        from dbt_ai.cli.output import write_text

        kinds = {"requests": rows if by is None else [], "sums": rows if by is not None else []}
        report = {"schema_version": SCHEMA_VERSION, "by": by, **kinds, "totals": totals}
        write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", sys.stdout)
        return
    if totals is None or exported is not None:
        click.echo(told)
        return
    from rich.console import Console

    from dbt_ai.report.ledger_table import render_requests, render_sums

    table = render_requests(rows, totals) if by is None else render_sums(rows, totals, by)
    Console(highlight=False).print(table)


def _read(
    project_dir: Path | None, by: str | None, since: str, last: int | None
) -> tuple[list[dict[str, Any]], dict[str, Any] | None, str]:
    """The rows and the totals, or None and what to tell where there is nothing."""
    from dbt_ai.engines.errors import LedgerError
    from dbt_ai.engines.ledger import FILE, Ledger
    from dbt_ai.errors import UsageError
    from dbt_ai.project.opening import find_root

    path = find_root(project_dir) / FILE
    nothing = f"Nothing has been sent to a model since {since}." if since else "Nothing has been sent to a model yet."
    if not path.exists():
        return [], None, nothing
    try:
        ledger = Ledger(path)
        rows = ledger.requests(since, last) if by is None else ledger.sums(by, since)
        (totals,) = ledger.sums(None, since)
    except LedgerError as error:
        raise UsageError(str(error)) from error
    if ledger.damaged is not None:
        click.echo(f"The ledger was damaged. It is kept as {ledger.damaged}, and a new one was begun.", err=True)
    ledger.close()
    return (rows, totals, "") if rows else ([], None, nothing)
