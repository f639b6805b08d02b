"""Lines changed per description: one description at a time on a house-style file, and whole projects by path.

`python -m benchmarks yaml [--quick] [--project PATH] [--peers]`
"""

from __future__ import annotations

import argparse
import difflib
import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dbt_ai.edits import plan_edits
from dbt_ai.errors import ProjectError
from dbt_ai.values import Edit, PropertyPlace

HOUSE_STYLE = Path(__file__).with_name("yaml_house_style.yml")
SECTIONS = ("models", "seeds", "snapshots", "sources")
MARK = "dbtai-benchmark"
SKIPPED = ("dbt_packages", "target", "node_modules", "venv", ".venv", "dbt_modules")


@dataclass(frozen=True)
class Moved:
    """What an edit did to the lines of a file. `foreign` counts changed lines that hold none of what was written."""

    changed: int
    foreign: int


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks yaml", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the house-style file only in LF")
    parser.add_argument("--project", type=Path, action="append", default=[], help="a project's folder, read only")
    parser.add_argument("--peers", action="store_true", help="next to dbt-osmosis, dbt-scribe and dbt-testpilot")
    options = parser.parse_args(arguments)
    figures = house_style(crlf=False)
    if not options.quick:
        figures["crlf_lines_per_description"] = house_style(crlf=True)["lines_per_description"]
    if options.peers:
        from benchmarks._yaml_peers import peers

        figures["peers"] = peers(HOUSE_STYLE)
    for path in options.project:
        figures.update(project(path))
    print(json.dumps(figures))


def house_style(crlf: bool) -> dict[str, Any]:
    """One description at a time on the house-style file: each gap alone, from the same start."""
    before = HOUSE_STYLE.read_bytes().replace(b"\r\n", b"\n")
    before = before.replace(b"\n", b"\r\n") if crlf else before
    moved: list[Moved] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / HOUSE_STYLE.name).write_bytes(before)
        for edit in gaps(root, HOUSE_STYLE.name):
            plan = plan_edits(root, [edit])
            for refusal in plan.refused:
                print(f"  refused {edit.place.name}.{edit.column}: {refusal.detail}")
            for change in plan.changes:
                moved.append(compare(before, change.after))
                print(f"  {edit.place.name}.{edit.column}: {moved[-1].changed} lines, {moved[-1].foreign} foreign")
    lines = sum(one.changed for one in moved) / len(moved)
    foreign = sum(one.foreign for one in moved)
    print(
        f"house style{' (CRLF)' if crlf else ''}: {len(moved)} descriptions, {lines:.2f} lines each, {foreign} foreign"
    )
    return {"lines_per_description": round(lines, 2), "foreign_lines": foreign, "files": 1}


def project(path: Path) -> dict[str, Any]:
    """Every missing description of a project's property files at once, on a copy."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = []
        for file in sorted((*path.rglob("*.yml"), *path.rglob("*.yaml"))):
            relative = file.relative_to(path)
            if file.is_file() and not any(part in SKIPPED or part.startswith(".") for part in relative.parts):
                (root / relative).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, root / relative)
                files.append(relative.as_posix())
        edits = [edit for name in files for edit in gaps(root, name)]
        started = time.perf_counter()
        plan = plan_edits(root, edits)
        seconds = time.perf_counter() - started
        moved = [compare(change.before or b"", change.after) for change in plan.changes]
        for change in plan.changes:
            (root / change.path).write_bytes(change.after)
        again = plan_edits(root, list(plan.planned))
    reasons = Counter(refusal.reason for refusal in plan.refused)
    foreign, changed = sum(one.foreign for one in moved), sum(one.changed for one in moved)
    print(
        f"{path.name}: {len(edits)} gaps in {len(files)} files, {len(plan.planned)} filled in "
        f"{len(plan.changes)} files in {seconds:.2f} s, {changed} lines changed, {foreign} foreign, "
        f"refused {dict(reasons)}, changes of a second run: {len(again.changes)}"
    )
    return {
        "lines_per_description": round(changed / max(len(plan.planned), 1), 3),
        "foreign_lines": foreign,
        "files": len(plan.changes),
        "descriptions": len(plan.planned),
        "refused": dict(reasons),
        "seconds": round(seconds, 2),
        "changes_of_second_run": len(again.changes),
    }


def gaps(root: Path, path: str) -> Iterator[Edit]:
    """An edit for every node and column of a property file that has no description."""
    try:
        data = yaml.safe_load((root / path).read_bytes())
    except (yaml.YAMLError, ProjectError, ValueError):
        return
    if not isinstance(data, dict):
        return
    for section in SECTIONS:
        for entry in _entries(data, section):
            tables = _entries(entry, "tables") if section == "sources" else []
            for holder, table in [(entry, None), *((one, one["name"]) for one in tables)]:
                version = None
                place = PropertyPlace(path, section, str(entry["name"]), table, version, True, True)
                if not str(holder.get("description") or "").strip():
                    yield Edit(place, None, f"Text of {MARK}.")
                for column in _entries(holder, "columns"):
                    if not str(column.get("description") or "").strip():
                        yield Edit(place, str(column["name"]), f"Text of {MARK}.")


def _entries(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = data.get(key)
    return [item for item in found if isinstance(item, dict) and "name" in item] if isinstance(found, list) else []


def compare(before: bytes, after: bytes) -> Moved:
    """The lines that differ between two versions of a file, line ends included."""
    old, new = before.split(b"\n"), after.split(b"\n")
    removed: list[bytes] = []
    added: list[bytes] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            removed += old[a:b]
            added += new[c:d]
    ours = [line for line in added if MARK.encode() in line]
    waiting = list(ours)
    foreign = sum(1 for line in added if MARK.encode() not in line and b"description:" not in line)
    for line in removed:
        # a line may be removed only to come back with our text in it: then all its characters are there, in order
        home = next((one for one in waiting if _within(line, one)), None)
        if home is None:
            foreign += 1
        else:
            waiting.remove(home)
    return Moved(len(removed) + len(added), foreign)


def _within(part: bytes, whole: bytes) -> bool:
    rest = iter(whole)
    return all(character in rest for character in part.rstrip(b"'\"\r "))
