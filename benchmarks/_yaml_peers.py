"""The same descriptions on the same file by other tools' own YAML writers, each in a virtual environment of its own.

dbt-osmosis and dbt-scribe: the file is read, given one description and written by the functions their commands use
(their commands need a warehouse or a model to come up with a text). dbt-testpilot writes no descriptions: it adds one
`not_null` test to one column.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.yaml import Moved, compare, gaps

DESCRIBE = """
for model in data["models"]:
    for column in model["columns"]:
        if (model["name"], column["name"]) == (model_name, column_name):
            column["description"] = text
"""
START = "import sys, pathlib\npath, model_name, column_name, text = pathlib.Path(sys.argv[1]), *sys.argv[2:]\n"


@dataclass(frozen=True)
class Peer:
    """A tool: what to install, and the program that makes it write. `own_lines` is what it has to add."""

    name: str
    requirements: tuple[str, ...]
    program: str
    own_lines: int = 1


PEERS = (
    Peer(
        "dbt-osmosis",
        ("dbt-osmosis==1.5.0", "dbt-core<1.12", "dbt-duckdb<1.12"),
        START
        + "import threading\n"
        + "from dbt_osmosis.core.schema.parser import create_yaml_instance\n"
        + "from dbt_osmosis.core.schema.reader import _read_yaml\n"
        + "from dbt_osmosis.core.schema.writer import _write_yaml\n"
        + "handler, lock = create_yaml_instance(), threading.Lock()\n"
        + "data = _read_yaml(handler, lock, path)\n"
        + DESCRIBE
        + "_write_yaml(handler, lock, path, data)\n",
    ),
    Peer(
        "dbt-scribe",
        ("dbt-scribe==0.2.1",),
        START
        + "from dbt_scribe.writers.yaml_writer import _load_yaml, _rewrite_shared_file\n"
        + "data = _load_yaml(path)\n"
        + DESCRIBE
        + "_rewrite_shared_file(path, data)\n",
    ),
    Peer(
        "dbt-testpilot",
        ("dbt-testpilot==0.3.2",),
        START
        + "from dbt_testpilot.yaml_writer import add_tests\n"
        + "node = {'resource_type': 'model', 'name': model_name, 'patch_path': 'p://' + path.name}\n"
        + "test = {'model': 'model.p.' + model_name, 'column': column_name, 'test': 'not_null'}\n"
        + "add_tests(path.parent, {'nodes': {'n': node}}, [test])\n",
        own_lines=2,
    ),
)


def peers(file: Path) -> dict[str, Any]:
    """Lines changed per description (or test) by each peer on `file`; a word instead where one cannot be run."""
    figures: dict[str, Any] = {}
    for peer in PEERS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                python = install(Path(folder) / "venv", peer.requirements)
                figures[peer.name] = _measure(peer, python, file, Path(folder))
            except (subprocess.CalledProcessError, OSError) as error:
                figures[peer.name] = {"error": str(getattr(error, "stderr", None) or error)[-300:]}
        print(f"{peer.name}: {json.dumps(figures[peer.name])}")
    return figures


def install(folder: Path, requirements: Sequence[str]) -> Path:
    """The Python of a new virtual environment in `folder` that has `requirements`."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    run([str(python), "-m", "pip", "install", "--quiet", *requirements])
    return python


def _measure(peer: Peer, python: Path, file: Path, folder: Path) -> dict[str, Any]:
    before = file.read_bytes()
    moved: list[Moved] = []
    crlf_lost = False
    for edit in gaps(file.parent, file.name):
        if edit.column is None or (peer.own_lines == 2 and edit.column != "order status"):
            continue  # a test is asked for where there is none yet
        for content in (before, before.replace(b"\n", b"\r\n")):
            copy = folder / file.name
            copy.write_bytes(content)
            run([str(python), "-c", peer.program, str(copy), edit.place.name, edit.column, edit.text])
            after = copy.read_bytes()
            if content is before:
                one = compare(before, after)
                moved.append(one if peer.own_lines == 1 else Moved(one.changed, one.changed - peer.own_lines))
            else:
                crlf_lost = crlf_lost or after.count(b"\r\n") < after.count(b"\n")
    return {
        "lines_per_description": round(sum(one.changed for one in moved) / len(moved), 2),
        "foreign_lines": sum(one.foreign for one in moved),
        "descriptions": len(moved),
        "crlf_lost": crlf_lost,
    }


def run(command: Sequence[str]) -> None:
    """Runs a command. Raises CalledProcessError with what it said."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
