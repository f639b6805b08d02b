"""Projects of strangers, built and documented: every folder in tests/tasks/derived_strangers/ is one.

`expected.yml` names per model the exact text of columns (`.` is the model's own), and with `~` a pattern that must be
found; `never` are patterns that no text of the project may have. A column that must be left open is null. Whatever the
project, a column named in a text must be one that its reader finds: in the relation itself or in one it reads.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration_project.build import run_dbt

FOLDER = Path(__file__).parent / "derived_strangers"
PROJECTS = sorted(path.parent for path in FOLDER.glob("*/expected.yml"))
Dbtai = Callable[..., subprocess.CompletedProcess[str]]
Texts = dict[str, dict[str, str | None]]
SINGLE = re.compile(r"`([^`]+)`")


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_a_strangers_project(project: Path, tmp_path: Path, dbtai: Dbtai) -> None:
    folder = Path(shutil.copytree(project, tmp_path / project.name))
    run_dbt(folder, "build")
    texts = _document(folder, dbtai)
    expected = yaml.safe_load((project / "expected.yml").read_text(encoding="utf-8"))
    wrong = [
        *_differences(texts, expected),
        *_forbidden(texts, expected.get("never", [])),
        *_unknown_names(folder, texts),
    ]
    assert not wrong, "\n" + "\n".join(wrong)
    run_dbt(folder, "parse")
    written = {path: path.read_bytes() for path in folder.rglob("*.yml") if "target" not in path.parts}
    again = json.loads(dbtai(folder, "document", "--engine", "derived", "--format", "json").stdout)
    assert again["summary"]["written"] == again["summary"]["stale"] == 0
    assert {path: path.read_bytes() for path in written} == written
    fresh = Path(shutil.copytree(project, tmp_path / "fresh"))
    _same_when_selected(folder, fresh, dbtai, texts, expected["selected"])


def _document(folder: Path, dbtai: Dbtai, *arguments: str) -> Texts:
    done = dbtai(folder, "document", "--engine", "derived", "--format", "json", *arguments)
    assert done.returncode in (0, 1), done.stderr
    texts: Texts = {}
    for outcome in json.loads(done.stdout)["outcomes"]:
        name = _name(outcome["node"])
        given = outcome["outcome"] in ("written", "current", "stale")
        texts.setdefault(name, {})[outcome["column"] or "."] = outcome["text"] if given else None
    return texts


def _differences(texts: Texts, expected: dict[str, Any]) -> Iterator[str]:
    for model, columns in expected["models"].items():
        for column, wanted in columns.items():
            found = texts[model].get(column)
            if isinstance(wanted, str) and wanted.startswith("~"):
                if not found or not re.search(wanted[1:], found):
                    yield f"{model}.{column}: {found!r} lacks {wanted[1:]!r}"
            elif found != wanted:
                yield f"{model}.{column}: {found!r} is not {wanted!r}"


def _forbidden(texts: Texts, never: list[str]) -> Iterator[str]:
    for model, column, text in _all(texts):
        for pattern in never:
            if re.search(pattern, text):
                yield f"{model}.{column}: {text!r} has {pattern!r}"


def _unknown_names(folder: Path, texts: Texts) -> Iterator[str]:
    """Names in backticks that are no relation, no column of one, and no column that this relation has or reads."""
    manifest = json.loads((folder / "target/manifest.json").read_text(encoding="utf-8"))
    parents = {
        _name(unique_id): [_name(parent) for parent in node.get("depends_on", {}).get("nodes", ())]
        for unique_id, node in manifest["nodes"].items()
    }
    columns = {name: {column.casefold() for column in found} for name, found in texts.items()}
    for model, column, text in _all(texts):
        here = columns[model].union(*(columns.get(parent, set()) for parent in _above(model, parents)))
        for name in SINGLE.findall(text):
            relation, _, of = name.rpartition(".")
            known = name in columns or (of.casefold() in columns.get(relation, set()) if relation else False)
            code = re.search(r"[^\w.]", name) is not None  # an expression, told as code
            if not known and not code and name.casefold() not in here:
                yield f"{model}.{column}: no reader finds {name!r} of {text!r}"


def _name(unique_id: str) -> str:
    return ".".join(unique_id.split(".")[2:])


def _above(model: str, parents: dict[str, list[str]]) -> set[str]:
    """What a model reads, through ephemeral models too."""
    found: set[str] = set()
    todo = list(parents.get(model, ()))
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += parents.get(name, ())
    return found


def _same_when_selected(built: Path, folder: Path, dbtai: Dbtai, texts: Texts, model: str) -> None:
    """The text of a model is the same where it alone was selected, in the project as it was before."""
    for name in (f"{built.name}.duckdb", "target"):
        copy = shutil.copytree if (built / name).is_dir() else shutil.copy
        copy(built / name, folder / name)
    run_dbt(folder, "parse", "--no-partial-parse")
    assert _document(folder, dbtai, "--dry-run", "-s", model)[model] == texts[model]


def _all(texts: Texts) -> Iterator[tuple[str, str, str]]:
    for model, columns in texts.items():
        for column, text in columns.items():
            if text:
                yield model, column, text
