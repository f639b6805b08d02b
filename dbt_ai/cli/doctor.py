"""`dbtai doctor`: what works here and what is missing."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import click

from dbt_ai.cli.options import project_options
from dbt_ai.errors import DbtAiError


@dataclass(frozen=True)
class Line:
    """One thing that was looked at: how it is ("ok", "note", "wrong") and a sentence."""

    state: str
    subject: str
    sentence: str


@click.command("doctor")
@project_options
def command(project_dir: Path | None, profiles_dir: Path | None, target: str | None) -> None:
    """Look at this environment and project, and say what works and what is missing. Exit 1 where something is wrong.

    Nothing is sent anywhere, and no key is shown.
    """
    lines = [*_environment(), *_engines(), *_project(project_dir, profiles_dir, target)]
    width = max(len(line.subject) for line in lines)
    for line in lines:
        mark = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}[line.state]
        color = {"ok": "green", "note": "yellow", "wrong": "red"}[line.state]
        click.echo(f"{click.style(mark, fg=color)}  {line.subject.ljust(width)}  {line.sentence}")
    sys.exit(1 if any(line.state == "wrong" for line in lines) else 0)


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _environment() -> list[Line]:
    python = ".".join(str(part) for part in sys.version_info[:3])
    lines = [Line("ok", "Python", python)]
    dbt = _version("dbt-core")
    if dbt is None:
        lines.append(Line("wrong", "dbt-core", "is not installed here; run `pip install dbt-core`"))
    else:
        lines.append(Line("ok", "dbt-core", dbt))
    for name in ("sqlglot", "duckdb", "openai"):
        lines.append(Line("ok", name, _version(name) or "is missing; run `pip install --force-reinstall dbtai`"))
    fast = _version("sqlglotc")
    lines.append(
        Line("ok" if fast else "note", "sqlglotc", fast or 'not installed; `pip install "dbtai[fast]"` halves parsing')
    )
    adapters = sorted({d.name for d in metadata.distributions() if d.name and d.name.lower().startswith("dbt-")})
    known = [name for name in adapters if name not in ("dbt-core", "dbt-adapters", "dbt-common", "dbt-extractor")]
    lines.append(Line("ok", "installed beside", ", ".join(known) or "no adapter"))
    if os.environ.get("DBTAI_DISABLE", "").strip().lower() not in ("", "0", "false"):
        lines.append(Line("note", "DBTAI_DISABLE", "is set: inside dbt nothing of ours is there"))
    if _version("dbt-ai"):
        lines.append(
            Line(
                "wrong",
                "dbt-ai",
                "another package that also brings a module dbt_ai; run `pip uninstall dbt-ai`, "
                "then `pip install --force-reinstall dbtai`",
            )
        )
    return lines


def _engines() -> list[Line]:
    from dbt_ai.engines.opening import key_source

    source = key_source()
    base_url = os.environ.get("DBTAI_BASE_URL")
    lines = [Line("ok", "engine: derived", "always there, needs no model")]
    if source:
        lines.append(Line("ok", "engine: reasoning", f"a key is there, from {source}"))
    elif base_url:
        lines.append(Line("ok", "engine: reasoning", f"no key, but DBTAI_BASE_URL is set to {base_url}"))
    else:
        lines.append(
            Line("note", "engine: reasoning", "no key; set OPENAI_API_KEY, or DBTAI_BASE_URL for a local server")
        )
    return lines


def _project(project_dir: Path | None, profiles_dir: Path | None, target: str | None) -> list[Line]:
    from dbt_ai.project.opening import open_project
    from dbt_ai.tasks.data import open_data

    try:
        project = open_project(project_dir, profiles_dir, target).project
    except DbtAiError as error:
        return [Line("wrong", "project", str(error))]
    own = [node for node in project.nodes.values() if node.editable]
    lines = [
        Line(
            "ok", "project", f"{project.name}: {len(own)} nodes of its own, {len(project.nodes) - len(own)} of packages"
        ),
        Line("ok", "read from", "a live dbt" if project.read_from == "dbt" else "target/, as dbt 2 wrote it"),
        Line("ok", "adapter", f"{project.adapter_type}, target {project.target_name}"),
    ]
    try:
        with open_data(project) as (sandbox, notices):
            state = "ok" if sandbox else "note"
            lines.append(Line(state, "data", " ".join(notices) or "can be read"))
    except DbtAiError as error:
        lines.append(Line("wrong", "data", str(error)))
    return lines
