"""Open the project for the command line: in a dbt of our own process, or from the artifacts that dbt 2 left."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from dbt_ai.errors import ProjectError
from dbt_ai.project.condensing import condense
from dbt_ai.project.project_file import read_project_file
from dbt_ai.project.values import ProjectReader


def open_project(
    project_dir: Path | None = None,
    profiles_dir: Path | None = None,
    target: str | None = None,
    variables: Mapping[str, Any] | None = None,
) -> ProjectReader:
    """The dbt project in `project_dir`, by default in the working directory or the nearest folder above it.

    Where dbt 2 wrote the manifest in `target/`, that manifest is read; otherwise the project is parsed by the dbt
    that is installed with us, as `dbt parse` does, and nothing but dbt's parse cache is written. Raises ProjectError
    where there is no project, or where it does not parse.
    """
    root = find_root(project_dir)
    profiles = _profiles_dir(profiles_dir, root)
    target_path = _target_path(root)
    if _written_by_dbt_2(target_path / "manifest.json"):
        return _artifacts(root, target_path, profiles, target, variables or {})
    return _parse(root, profiles, target, variables or {})


def find_root(project_dir: Path | None) -> Path:
    """The folder of dbt_project.yml, looked for as dbt does. Raises ProjectError where there is none."""
    if project_dir is None and os.environ.get("DBT_PROJECT_DIR"):
        project_dir = Path(os.environ["DBT_PROJECT_DIR"])
    start = (project_dir or Path.cwd()).absolute()
    candidates = [start] if project_dir is not None else [start, *start.parents]
    found = next((path for path in candidates if (path / "dbt_project.yml").is_file()), None)
    if found is None:
        raise ProjectError(f"There is no dbt project in {start}: no dbt_project.yml. Use --project-dir.")
    return found


def _parse(root: Path, profiles: Path | None, target: str | None, variables: Mapping[str, Any]) -> ProjectReader:
    from click.exceptions import BadParameter, ClickException
    from dbt.cli.exceptions import ExceptionExit, ResultExit
    from dbt.cli.main import cli

    from dbt_ai.project.live import LiveReader

    options = ["--quiet", "--log-level", "none", "--no-send-anonymous-usage-stats", "--no-print", "--no-write-json"]
    arguments = [*options, "parse", "--project-dir", str(root)]
    arguments += ["--profiles-dir", str(profiles)] if profiles is not None else []
    arguments += ["--target", target] if target else []
    arguments += ["--vars", json.dumps(variables)] if variables else []
    # What dbtRunner does; it keeps the context, with the configuration that we need, to itself.
    with redirect_stdout(StringIO()):
        try:
            context = cli.make_context("dbt", arguments)
            context.obj = {"manifest": None, "callbacks": [], "dbt_runner_command_args": arguments}
            cli.invoke(context)
        except ExceptionExit as exit_:
            raise _unreadable(root, exit_.exception) from exit_.exception
        except (ResultExit, ClickException) as error:
            if isinstance(error, BadParameter) and error.param is not None and error.param.name == "profiles_dir":
                raise _no_profiles_dir(root, profiles) from error
            raise ProjectError(f"dbt cannot read the project in {root}: {condense(str(error))}") from error
    return LiveReader(context.obj["runtime_config"], context.obj["manifest"])


def _unreadable(root: Path, error: BaseException) -> ProjectError:
    message = condense(str(error))
    if "This version of dbt is not supported" in message or "require-dbt-version" in message:
        return ProjectError(
            f"The project in {root} asks for another version of dbt: {message} If that is dbt 2, run `dbt compile` "
            "with it first; its artifacts are read then."
        )
    adapter = re.search(r"Could not find adapter type (\w+)", message)
    if adapter:
        return ProjectError(f"The adapter of this project is not installed; run `pip install dbt-{adapter[1]}`.")
    if "trying to read your profiles.yml" in message:
        return ProjectError(f"dbt cannot read the profiles.yml for the project in {root}: {message}")
    if "Could not find profile" in message or "profiles.yml" in message:
        return ProjectError(f"dbt finds no profile for the project in {root}: {message}. Use --profiles-dir.")
    return ProjectError(f"The project in {root} does not parse: {message}")


def _no_profiles_dir(root: Path, profiles: Path | None) -> ProjectError:
    if profiles is not None:
        return ProjectError(f"There is no folder {profiles} to read profiles.yml from. Correct --profiles-dir.")
    return ProjectError(f"dbt finds no profiles.yml in {root} or in ~/.dbt. Make one, or use --profiles-dir.")


def _artifacts(
    root: Path, target_path: Path, profiles: Path | None, target: str | None, variables: Mapping[str, Any]
) -> ProjectReader:
    from dbt_ai.project.artifacts import ArtifactReader

    return ArtifactReader(root, target_path, _load_profile(root, profiles, target, variables))


def _load_profile(root: Path, profiles: Path | None, target: str | None, variables: Mapping[str, Any]) -> Any:
    """dbt's Profile, or None where there is none that this dbt can read: artifacts say enough without it."""
    from argparse import Namespace

    from dbt.cli.resolvers import default_profiles_dir
    from dbt.config.runtime import load_profile
    from dbt.flags import set_from_args

    try:
        folder = profiles or os.environ.get("DBT_PROFILES_DIR") or default_profiles_dir()
        set_from_args(Namespace(project_dir=str(root), profiles_dir=str(folder)), {})
        return load_profile(str(root), dict(variables), None, target)
    except Exception:
        return None


def _profiles_dir(profiles_dir: Path | None, root: Path) -> Path | None:
    """dbt looks in the working directory, then in ~/.dbt; from a folder below the project, the root is meant too."""
    if profiles_dir is not None:
        return profiles_dir.absolute()
    elsewhere = "DBT_PROFILES_DIR" in os.environ or Path("profiles.yml").exists()
    return root if not elsewhere and (root / "profiles.yml").is_file() else None


def _target_path(root: Path) -> Path:
    """`target/`, or what DBT_TARGET_PATH or the project file call it."""
    from_file = read_project_file(root).get("target-path")
    return root / str(os.environ.get("DBT_TARGET_PATH") or from_file or "target")


def _written_by_dbt_2(manifest: Path) -> bool:
    """Whether dbt 2 wrote the manifest, from its first bytes: a manifest can be large, and its metadata comes first."""
    try:
        with manifest.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    version = re.search(rb'"dbt_version":\s*"(\d+)\.', head)
    return version is not None and int(version[1]) >= 2
