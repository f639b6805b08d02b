"""dbt-testpilot's data tests for a project, in a virtual environment of its own: its profile, its proposals by rule (it
asks no model), and all that its own check on the data lets through."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks._yaml_peers import install, run
from tests.integration_project import build as integration

NAME = "dbt-testpilot"
REQUIREMENTS = ("dbt-testpilot==0.3.2",)


def install_peer(folder: Path) -> Path:
    """The Python that has the peer. Raises CalledProcessError or OSError where it cannot be installed."""
    return install(folder / "peer", REQUIREMENTS)


def write_with_peer(python: Path, root: Path) -> None:
    """Writes what it proposes into the built project at `root`. Raises CalledProcessError."""
    integration.run_dbt(root, "docs", "generate")
    profiles, proposals = str(root.parent / "profiles.json"), str(root.parent / "proposals.json")
    peer = [str(python), "-m", "dbt_testpilot"]
    run([*peer, "profile", "--project-dir", str(root), "--out", profiles])
    run([*peer, "propose", "--profiles", profiles, "--out", proposals])
    run([*peer, "apply", "--proposals", proposals, "--project-dir", str(root), "--yes", "--include-custom"])


def reason_of(error: subprocess.CalledProcessError | OSError) -> str:
    """The last of what it said."""
    return str(getattr(error, "stderr", None) or error)[-300:]
