"""`dbtai doctor`: what works here and what is missing."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import click

from dbt_ai.cli.options import Place, project_options
from dbt_ai.errors import DbtAiError
from dbt_ai.project.values import ProjectReader

_REINSTALL = "run `pip install --force-reinstall dbtai`"


@dataclass(frozen=True)
class Line:
    """One thing that was looked at: how it is ("ok", "note", "wrong") and a sentence."""

    state: str
    subject: str
    sentence: str


@click.command("doctor")
@project_options
def command(place: Place) -> None:
    """Look at this environment and project, and say what works and what is missing. Exit 1 where something is wrong.

    Nothing is sent anywhere, and no key is shown.
    """
    reader = _reader(place)
    root = None if isinstance(reader, Line) else reader.project.root
    lines = [*_environment(), *_engines(root), *([reader] if isinstance(reader, Line) else _project(reader))]
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
        found = _version(name)
        lines.append(Line("ok" if found else "wrong", name, found or f"is missing; {_REINSTALL}"))
    fast = _version("sqlglotc")
    lines.append(
        Line(
            "ok" if fast else "note",
            "sqlglotc",
            fast or 'not installed; `pip install "dbtai[fast]"` makes parsing faster',
        )
    )
    lines += [_adapters(), _plugin(), *_other_dbt()]
    if _version("dbt-ai"):
        lines.append(
            Line(
                "wrong",
                "dbt-ai",
                f"another package that also brings a module dbt_ai; run `pip uninstall dbt-ai`, then {_REINSTALL[4:]}",
            )
        )
    return lines


def _adapters() -> Line:
    """The adapters of dbt that are installed: distributions called dbt-NAME with a module dbt.adapters.NAME."""
    from importlib.util import find_spec

    names = sorted({(found.name or "").lower() for found in metadata.distributions()})
    kinds = [name[4:] for name in names if name.startswith("dbt-")]
    there = [
        f"dbt-{kind}"
        for kind in kinds
        if kind.isidentifier() and _version("dbt-core") and find_spec(f"dbt.adapters.{kind}")
    ]
    return Line("ok", "adapters", ", ".join(there)) if there else Line("wrong", "adapters", "none is installed")


def _disabled() -> bool:
    return os.environ.get("DBTAI_DISABLE", "").strip().lower() not in ("", "0", "false")


def _plugin() -> Line:
    """Whether the dbt that is installed with us loads our plugin."""
    if _disabled():
        return Line("note", "plugin", "DBTAI_DISABLE is set: inside dbt nothing of ours is there")
    try:
        from dbt.plugins.manager import PluginManager

        from dbt_ai.plugin import DbtAiPlugin, package_root

        modules = PluginManager.get_prefixed_modules()  # type: ignore[no-untyped-call]
        seen = any(DbtAiPlugin in getattr(module, "plugins", ()) for module in modules.values())
        package_root()
    except Exception as error:
        return Line("wrong", "plugin", f"cannot be loaded ({type(error).__name__}: {error}); {_REINSTALL}")
    if not seen:
        return Line("wrong", "plugin", f"dbt does not see it; {_REINSTALL}")
    return Line("ok", "plugin", "dbt sees it")


def _other_dbt() -> list[Line]:
    """A note where the `dbt` of the user's shell is that of another environment, which knows nothing of us."""
    found = shutil.which("dbt")
    if found is None or Path(found).parent.resolve() == Path(sys.executable).parent.resolve():
        return []
    return [
        Line("note", "dbt on the PATH", f"{found} is of another environment; install dbtai there for `ai_document`")
    ]


def _operations(reader: ProjectReader) -> Line:
    """Whether dbt finds our macros in this project."""
    from dbt_ai.project.live import LiveReader

    if not isinstance(reader, LiveReader):
        return Line("note", "operations", "none on dbt 2: use the command line")
    if "ai_document" in reader.operations:
        return Line("ok", "operations", ", ".join(reader.operations))
    if _disabled():
        return Line("note", "operations", "none, as DBTAI_DISABLE is set")
    return Line("wrong", "operations", f"dbt does not find our macros in this project; {_REINSTALL}")


def _engines(root: Path | None) -> list[Line]:
    """Who could be asked, by the settings of the project at `root`, where there is one, and the environment."""
    from dbt_ai.cli.engines import reachable
    from dbt_ai.engines.reaching import key_source
    from dbt_ai.engines.settings import shown_url
    from dbt_ai.project.settings import read_settings

    lines = [Line("ok", "engine: derived", "always there, needs no model")]
    try:
        found, told = reachable(read_settings(root or Path()))
    except DbtAiError as error:
        return [*lines, Line("wrong", "engines", str(error))]
    for engine in found:
        url = engine.resolved_base_url()
        source = key_source(url)
        key = f"with the key in {source}" if source else "without a key"
        lines.append(Line("ok", f"engine: {engine.name}", f"{engine.model} at {shown_url(url)}, {key}"))
    if not any(engine.name == "reasoning" for engine in found):
        lines.append(Line("note", "engine: reasoning", " ".join(told) or "not asked, by the setting of `engine`"))
    return lines


def _reader(place: Place) -> ProjectReader | Line:
    from dbt_ai.project.opening import open_project

    try:
        return open_project(*place)
    except DbtAiError as error:
        return Line("wrong", "project", str(error))


def _project(reader: ProjectReader) -> list[Line]:
    from dbt_ai.tasks.data import open_data

    project = reader.project
    own = [node for node in project.nodes.values() if node.editable]
    lines = [
        Line(
            "ok", "project", f"{project.name}: {len(own)} nodes of its own, {len(project.nodes) - len(own)} of packages"
        ),
        Line("ok", "read from", "a live dbt" if project.read_from == "dbt" else "target/, as dbt 2 wrote it"),
        Line("ok", "adapter", f"{project.adapter_type}, target {project.target_name}"),
        _operations(reader),
    ]
    try:
        with open_data(project) as (sandbox, notices):
            state = "ok" if sandbox else "note"
            lines.append(Line(state, "data", " ".join(notices) or "can be read"))
    except DbtAiError as error:
        lines.append(Line("wrong", "data", str(error)))
    return lines
