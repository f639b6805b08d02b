"""Scores descriptions of the integration project against what is true of its models, sources, seeds and snapshot.

    python -m tests.truths.score PROJECT [--baseline PROJECT]

PROJECT is a folder with `target/manifest.json`. A truth (`models/<model>.yml`) holds, for a model and each of its
columns, `required` (facts that a good description has: regular expressions, one for each fact) and `forbidden`
(statements that would be false). `example` is a good description, `naive` a false one that a hasty reader would
write: tests hold the patterns against both. A forbidden match does not count where the same clause negates it
("not in cents"). Models, seeds and snapshots are named by their alias, so that versions differ (`dim_accounts_v2`),
source tables with their source (`app.rentals`).

The command exits with 1 when a statement is false. `--baseline` names a project whose texts were there before:
what is the same there is not scored.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Key = tuple[str, str | None]  # name of the model (see above), name of the column or None for the model itself

HERE = Path(__file__).resolve().parent
NEGATION = re.compile(
    r"\b(?:not|no|never|nor|neither|cannot|rather than|instead of|than|isn't|aren't|doesn't|don't)\s+(?:\S+\s+){0,4}$",
    re.IGNORECASE,
)
CLAUSE_END = re.compile(r"[.,;:()]\s|\s(?:and|but|so)\s|[–—]")


@dataclass(frozen=True)
class Truth:
    """What is true of one model or column. `required` and `forbidden` are regular expressions, names filled in."""

    model: str
    column: str | None
    example: str
    naive: str | None
    required: tuple[str, ...]
    forbidden: tuple[str, ...]


@dataclass(frozen=True)
class FalseStatement:
    """A piece of a text that is false, and the pattern that says so."""

    found: str
    pattern: str


@dataclass(frozen=True)
class Detail:
    """The score of one text. `missed` are the patterns of the required facts that it lacks."""

    model: str
    column: str | None
    text: str
    required: int
    missed: tuple[str, ...]
    false: tuple[FalseStatement, ...]

    @property
    def met(self) -> int:
        """How many of the required facts the text has."""
        return self.required - len(self.missed)


@dataclass(frozen=True)
class Summary:
    """The scores of all texts, and the truths for which there was no text."""

    details: tuple[Detail, ...]
    undocumented: tuple[Key, ...]

    @property
    def false(self) -> tuple[Detail, ...]:
        """The texts that state something false."""
        return tuple(detail for detail in self.details if detail.false)

    @property
    def required(self) -> int:
        """How many facts the texts should have between them."""
        return sum(detail.required for detail in self.details)

    @property
    def met(self) -> int:
        """How many of them they have."""
        return sum(detail.met for detail in self.details)

    @property
    def coverage(self) -> float:
        """Share of the required facts that the texts have, from 0 to 1; 1 when there is no text."""
        return self.met / self.required if self.required else 1.0

    @property
    def complete(self) -> int:
        """How many texts have every required fact and state nothing false."""
        return sum(not detail.missed and not detail.false for detail in self.details)


@cache
def load_truths() -> Mapping[Key, Truth]:
    """All truths, by alias of the model and name of the column."""
    patterns = yaml.safe_load((HERE / "patterns.yml").read_text(encoding="utf-8"))
    truths: dict[Key, Truth] = {}
    for path in sorted(HERE.glob("*/*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        model = content["name"]
        truths[model, None] = _truth(model, None, content["description"], patterns)
        for column, entry in content["columns"].items():
            truths[model, column] = _truth(model, column, entry, patterns)
    return truths


def score(texts: Mapping[Key, str]) -> Summary:
    """Score `texts`, the descriptions by (model, column), column None for the model's own.

    Empty texts count as not there, keys without a truth are left out.

        score({("stg_app__rentals", "fee"): "Fee in cents"}).false[0].false[0].found == "cents"
    """
    truths = load_truths()
    given = {key: text for key, text in texts.items() if text.strip() and key in truths}
    details = tuple(_detail(truths[key], text) for key, text in given.items())
    return Summary(details, tuple(key for key in truths if key not in given))


def read_texts(project: Path) -> dict[Key, str]:
    """All descriptions in `project`'s `target/manifest.json`, Jinja rendered by dbt; those that are empty left out."""
    manifest = json.loads((project / "target" / "manifest.json").read_text(encoding="utf-8"))
    texts: dict[Key, str] = {}
    for node in [*manifest["nodes"].values(), *manifest["sources"].values()]:
        if node["resource_type"] == "source":
            name = f"{node['source_name']}.{node['name']}"
        elif node["resource_type"] in ("model", "seed", "snapshot"):
            name = node["alias"]
        else:
            continue
        texts[name, None] = node["description"]
        texts |= {(name, column["name"]): column["description"] for column in node["columns"].values()}
    return {key: text for key, text in texts.items() if text.strip()}


def print_summary(summary: Summary) -> None:
    """Print a table by model, then the facts that are missing, then what is false, then the totals."""
    total: dict[str, int] = {}
    for model, _ in [*((detail.model, detail.column) for detail in summary.details), *summary.undocumented]:
        total[model] = total.get(model, 0) + 1
    print(f"{'model':32}{'texts':>10}{'facts':>12}{'false':>8}")
    for model in sorted(total):
        mine = [detail for detail in summary.details if detail.model == model]
        facts = f"{sum(d.met for d in mine)}/{sum(d.required for d in mine)}"
        false = sum(bool(d.false) for d in mine) or ""
        print(f"{model:32}{f'{len(mine)}/{total[model]}':>10}{facts:>12}{false:>8}")
    _print_list("Facts that are missing", summary.details, lambda d: [f"lacks {pattern}" for pattern in d.missed])
    _print_list("False statements", summary.details, lambda d: [f"{f.found!r} matches {f.pattern}" for f in d.false])
    print(
        f"\n{len(summary.details)} texts of {len(summary.details) + len(summary.undocumented)}, "
        f"{summary.met} facts of {summary.required} ({summary.coverage:.0%}), {len(summary.false)} texts false"
    )


def main(arguments: list[str] | None = None) -> int:
    """The command line of this file; returns the exit code."""
    parser = argparse.ArgumentParser(description="Score the descriptions of the integration project.")
    parser.add_argument("project", type=Path)
    parser.add_argument("--baseline", type=Path, help="a project whose texts were there before and are not scored")
    options = parser.parse_args(arguments)
    texts = read_texts(options.project)
    if options.baseline is not None:
        before = read_texts(options.baseline)
        texts = {key: text for key, text in texts.items() if before.get(key) != text}
    summary = score(texts)
    print_summary(summary)
    return 1 if summary.false else 0


def _print_list(title: str, details: Iterable[Detail], lines: Any) -> None:
    shown = [(detail, lines(detail)) for detail in details if lines(detail)]
    if shown:
        print(f"\n{title}")
    for detail, pieces in shown:
        print(f"  {detail.model}{'' if detail.column is None else '.' + detail.column}: {detail.text.strip()}")
        for piece in pieces:
            print(f"      {piece}")


def _truth(model: str, column: str | None, entry: Mapping[str, Any], patterns: Mapping[str, str]) -> Truth:
    def filled(pattern: str) -> str:
        return re.sub(r"<(\w+)>", lambda match: f"(?:{patterns[match[1]]})", pattern)

    return Truth(
        model,
        column,
        entry["example"],
        entry.get("naive"),
        tuple(map(filled, entry["required"])),
        tuple(map(filled, entry["forbidden"])),
    )


def _detail(truth: Truth, text: str) -> Detail:
    plain = " ".join(text.replace("`", "").split())
    missed = tuple(pattern for pattern in truth.required if not re.search(pattern, plain, re.IGNORECASE))
    false = tuple(
        FalseStatement(match[0], pattern)
        for pattern in truth.forbidden
        if (match := _assertion(pattern, plain)) is not None
    )
    return Detail(truth.model, truth.column, text, len(truth.required), missed, false)


def _assertion(pattern: str, text: str) -> re.Match[str] | None:
    """The first match of `pattern` in `text` that its own clause does not negate."""
    for match in re.finditer(pattern, text, re.IGNORECASE):
        clause = CLAUSE_END.split(text[: match.start()])[-1]
        if NEGATION.search(clause) is None:
            return match
    return None


if __name__ == "__main__":
    sys.exit(main())
