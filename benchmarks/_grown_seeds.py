"""More rows for the seeds of a dbt project, by a seeded draw: some of the root rows again under new keys, with all that
belongs to them."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

Row = dict[str, str]


@dataclass
class Seed:
    """A seed file; `key` is its first column where that is unique, `references` the seed that a column refers to."""

    path: Path
    columns: list[str]
    rows: list[Row]
    key: str | None
    references: dict[str, str]
    newline: str


def grow_seeds(root: Path, share: float, seed: int) -> int:
    """Adds about `share` more rows to the seeds of the project at `root`; the number of rows that were added."""
    seeds = _read(root)
    draw = random.Random(f"{seed}/{share}")
    renamed: dict[str, dict[str, str]] = {}
    added = 0
    for name in _parents_first(seeds):
        one = seeds[name]
        copies = _copies(one, renamed, draw, share)
        renamed[name] = {old[one.key]: new[one.key] for old, new in copies} if one.key else {}
        added += len(copies)
        with one.path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, one.columns, lineterminator=one.newline)
            writer.writerows(new for _, new in copies)
    return added


def _copies(one: Seed, renamed: dict[str, dict[str, str]], draw: random.Random, share: float) -> list[tuple[Row, Row]]:
    chosen = one.rows if one.references else [row for row in one.rows if draw.random() < share]
    numbers = [int(row[one.key]) for row in one.rows if one.key and row[one.key].isdigit()]
    following = max(numbers, default=0) + 1
    copies = []
    for row in chosen:
        new = dict(row)
        for column, target in one.references.items():
            new[column] = renamed.get(target, {}).get(row[column], "")
        if one.references and not any(new[column] for column in one.references):
            continue
        if one.key:
            new[one.key] = str(following + len(copies)) if numbers else f"{row[one.key]}-{len(copies)}"
        copies.append((row, new))
    return copies


def _read(root: Path) -> dict[str, Seed]:
    seeds: dict[str, Seed] = {}
    for path in sorted((root / "seeds").rglob("*.csv")):
        content = path.read_bytes()
        newline = "\r\n" if b"\r\n" in content else "\n"
        if not content.endswith(b"\n"):
            path.write_bytes(content + newline.encode())
        text = content.decode("utf-8")
        rows = list(csv.DictReader(text.splitlines()))
        columns = list(rows[0]) if rows else []
        unique = bool(rows) and len({row[columns[0]] for row in rows}) == len(rows)
        seeds[path.stem] = Seed(path, columns, rows, columns[0] if unique else None, {}, newline)
    for name, one in seeds.items():
        for column in one.columns:
            target = _target(seeds, name, column)
            if column.endswith("_id") and column != one.key and target is not None:
                one.references[column] = target
    return seeds


def _target(seeds: dict[str, Seed], name: str, column: str) -> str | None:
    values = {row[column] for row in seeds[name].rows if row[column]}
    fitting = [
        other
        for other, seed in seeds.items()
        if other != name and seed.key and values <= {row[seed.key] for row in seed.rows}
    ]
    named = [other for other in fitting if column.removesuffix("_id") in other]
    return next(iter([*named, *fitting]), None)


def _parents_first(seeds: dict[str, Seed]) -> list[str]:
    order: list[str] = []

    def add(name: str) -> None:
        if name not in order:
            for target in seeds[name].references.values():
                add(target)
            order.append(name)

    for name in seeds:
        add(name)
    return order
