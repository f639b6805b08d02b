"""`dbtai profile`: what the data of a node says."""

from __future__ import annotations

import json
import sys

import click

from dbt_ai.cli.options import Place, project_options, selection_options
from dbt_ai.cli.output import format_option
from dbt_ai.project.values import Selection


@click.command("profile")
@project_options
@selection_options
@format_option()
def command(
    place: Place,
    selection: Selection,
    form: str,
) -> None:
    """Show the data of the selected nodes column by column, and what only the data shows: an id with duplicates,
    orphans, a constant, a column that always equals another."""
    from rich.console import Console

    from dbt_ai.cli.jobs import progress_of, read_project
    from dbt_ai.cli.output import write_text
    from dbt_ai.report.profile_table import profile_to_json, render_profile
    from dbt_ai.tasks.profile import profiles_of

    reader = read_project(*place)
    with progress_of() as progress:
        found = profiles_of(reader, selection, progress)
    if form == "json":
        entries = [profile_to_json(profile, findings) for profile, findings in found.profiles]
        report = {"schema_version": 1, "profiles": entries, "notices": found.notices}
        write_text(json.dumps(report, indent=2, ensure_ascii=False, default=str) + "\n", sys.stdout)
        return
    console = Console(highlight=False)
    for profile, findings in found.profiles:
        console.print(render_profile(profile, findings))
    for notice in found.notices:
        console.print(notice, style="yellow", markup=False)
