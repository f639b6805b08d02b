"""Data tests that the SQL of touched models implies and that are missing, that cannot fail, or that are there twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dbt_ai.edits.data_tests import KEYS, Identity
from dbt_ai.project.files.entries import listed
from dbt_ai.project.files.opened import Change
from dbt_ai.project.files.tree import Properties
from dbt_ai.sql.islands.reading import Islands
from dbt_ai.sql.values import Key, QueryFacts
from dbt_ai.tasks.hooks.cannot_fail import cannot_fail
from dbt_ai.tasks.hooks.placed import PlacedTest, is_unique, placed_tests
from dbt_ai.tasks.hooks.reading import Reader
from dbt_ai.tasks.hooks.touched import Touched
from dbt_ai.values import HookFinding, Target

_DECIDES_ROWS = re.compile(r"\b(group\s+by|distinct|join|union|qualify|row_number)\b", re.IGNORECASE)
_APPENDS = ("append", "insert_overwrite", "microbatch")
_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_PROVED = ("group by", "distinct", "row_number")
_BASES = {
    "group by": "the SQL groups by",
    "distinct": "the SQL takes only once",
    "row_number": "the SQL keeps one row of",
    "unique_key": "the model's unique_key is",
}


@dataclass(frozen=True)
class MissingTest:
    """A data test that the SQL implies: `unique` or `not_null` of `columns`, or a combination of them. `proved` says
    that it holds whatever the parents hold, and that the test is written in one way only."""

    stem: str
    kind: str
    columns: tuple[str, ...]
    proved: bool


@dataclass(frozen=True)
class DataTests:
    """Looks at the data tests of the models that a change touches."""

    change: Change
    now: Reader
    before: Reader
    all_touched: Sequence[Touched]

    def findings(self) -> Iterator[HookFinding | str]:
        """What is found."""
        for touched in self.touched:
            yield from (finding for _, finding in self.untested(touched))
            yield from self._lost(touched)
            yield from self._doubled(touched)
            yield from self._vacuous(touched)

    @cached_property
    def touched(self) -> list[Touched]:
        """The touched models that dbt tests."""
        return [
            one
            for one in self.all_touched
            if self.now.is_enabled(one.stem) and self.now.configured(one.stem, "materialized") != "ephemeral"
        ]

    def missing(self, touched: Touched) -> list[MissingTest]:
        """The tests of what a row is that a model lacks, as far as its SQL proves that they hold."""
        facts = self.now.facts(touched.stem)
        key = self._grain(touched.stem, facts)
        if facts is None or key is None or self._is_tested_elsewhere(touched):
            return []
        tests = placed_tests(touched.properties) if touched.properties is not None else ()
        found = []
        if not any(is_unique(one.identity) for one in tests):
            kind = "unique" if len(key.columns) == 1 else "unique_combination_of_columns"
            proved = kind == "unique" and key.basis in _PROVED and not key.relies_on
            found.append(MissingTest(touched.stem, kind, key.columns, proved))
        column = facts.column(key.columns[0]) if len(key.columns) == 1 else None
        incremental = self.now.configured(touched.stem, "materialized") == "incremental"
        if column is not None and column.nullability.never and not incremental and not _is_filled(tests, column.name):
            found.append(MissingTest(touched.stem, "not_null", key.columns, not column.nullability.relies_on))
        return found

    def untested(self, touched: Touched) -> Iterator[tuple[MissingTest, HookFinding]]:
        """The tests that a model lacks, each with what is told of it."""
        key = self._grain(touched.stem, self.now.facts(touched.stem))
        for one in self.missing(touched):
            column = one.columns[0] if len(one.columns) == 1 else None
            path, line = touched.line(column)
            names = " and ".join(one.columns)
            if one.kind == "not_null":
                why = f"nothing tests that {names}, by which a row is found, has a value"
            else:
                basis = _BASES.get(key.basis if key is not None else "", "a row is known by")
                why = f"nothing tests what a row is, though {basis} {names}"
            target = Target(self.now.unique_id(one.stem), column)
            yield one, HookFinding(path, line, "untested-grain", target, f"{one.stem}: {why}; add `{one.kind}`")

    def _grain(self, stem: str, facts: QueryFacts | None) -> Key | None:
        """What makes a row of the model one of its kind, as far as its SQL alone says."""
        sql = self.now.sql(stem)
        if facts is None or sql is None or facts.single_row or _is_forked(sql.islands):
            return None
        if self.now.configured(stem, "materialized") == "incremental":
            given = self.now.configured(stem, "unique_key")
            names = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, list) else ()
            strategy = self.now.configured(stem, "incremental_strategy")
            merged = names and strategy not in _APPENDS and all(facts.column(str(name)) for name in names)
            return Key(tuple(map(str, names)), "unique_key") if merged else None
        masked = sql.masked
        key = next(iter(facts.keys), None)
        if (
            key is None
            or masked is None
            or any(masked.holding(name) or not _PLAIN.fullmatch(name) for name in key.columns)
        ):
            return None
        return key

    def _is_tested_elsewhere(self, touched: Touched) -> bool:
        """Whether a constraint or a singular test may say what a row is."""
        data = touched.properties.entry.data if touched.properties is not None else {}
        constraints = [
            one
            for holder in (data, *(c for _, c in listed(data, "columns")))
            for _, one in listed(holder, "constraints")
        ]
        if any(one.get("type") in ("primary_key", "unique") for one in constraints):
            return True
        name = touched.stem.encode()
        texts = (self.change.now.read(path) or b"" for path in self.change.now.kinds.get("test", ()))
        return any(name in text and b"count(" in text.lower() for text in texts)

    def _lost(self, touched: Touched) -> Iterator[HookFinding]:
        """Tests of what a row is that the change takes away, though the SQL is the same."""
        if touched.before is None or touched.sql_changed:
            return
        was = placed_tests(touched.before)
        now = placed_tests(touched.properties) if touched.properties is not None else ()
        gone = [one for one in was if not any(one.identity.same_check(other.identity) for other in now)]
        told = {(one.kind, one.columns[0].casefold()) for one in self.missing(touched)}
        unique = [one for one in gone if is_unique(one.identity)]
        keys = {columns[0] for one in was if len(columns := is_unique(one.identity)) == 1}
        lost = unique if not any(is_unique(one.identity) for one in now) else []
        filled = [one for one in gone if one.identity.name == "not_null" and one.identity.column in keys]
        lost += [one for one in filled if not _is_filled(now, one.identity.column or "")]
        if not lost and gone and not now:
            lost = gone[:1]
        kinds = {kind for kind, _ in told}
        for one in lost:
            column = one.column
            covered = (one.identity.name, one.identity.column or "") in told or (
                bool(is_unique(one.identity)) and kinds & {"unique", "unique_combination_of_columns"}
            )
            if covered or (column is not None and self.now.selected(touched.stem).lacks(column)):
                continue
            path, line = touched.line(column)
            what = f"`{one.identity.name}`{f' of {column}' if column else ''}"
            rest = (
                "; keep it, or test what a row is in another way"
                if now
                else ", and no test of the model is left; keep one"
            )
            target = Target(self.now.unique_id(touched.stem), column)
            yield HookFinding(path, line, "lost-test", target, f"{touched.stem}: the change takes away {what}{rest}")

    def _doubled(self, touched: Touched) -> Iterator[HookFinding]:
        if touched.properties is None or not touched.entry_changed:
            return
        entry = touched.properties.entry
        for path, holder in _holders(touched.properties):
            if all(holder.get(key) for key in KEYS):
                sentence = f"{touched.stem} has both `tests` and `data_tests` in one place; dbt takes one of them"
                target = Target(self.now.unique_id(touched.stem))
                yield HookFinding(entry.path, entry.line(*path, "tests"), "doubled-test", target, sentence)
        seen: dict[tuple[object, ...], PlacedTest] = {}
        for one in _all_tests(touched.properties):
            check = (one.identity.name, one.identity.column, one.identity.arguments, one.identity.conditions)
            first = seen.setdefault(check, one)
            if first is one or not (self._is_touched(touched, one) or self._is_touched(touched, first)):
                continue
            of = f" of {one.column}" if one.column else ""
            there = f"is there already, on line {entry.line(*first.path)}"
            sentence = f"{touched.stem}: `{one.identity.name}`{of} {there}; keep one"
            target = Target(self.now.unique_id(touched.stem), one.column)
            yield HookFinding(entry.path, entry.line(*one.path), "doubled-test", target, sentence)

    def _vacuous(self, touched: Touched) -> Iterator[HookFinding]:
        for one in placed_tests(touched.properties) if touched.properties is not None else ():
            if not self._is_touched(touched, one) and not touched.sql_changed:
                continue
            why = cannot_fail(one.identity, one.item, touched.stem, lambda: self.now.facts(touched.stem))
            if why is not None:
                of = f" of {one.column}" if one.column else ""
                path = touched.properties.entry.path if touched.properties is not None else touched.path
                line = touched.properties.entry.line(*one.path) if touched.properties is not None else 1
                sentence = f"{touched.stem}: `{one.identity.name}`{of} cannot fail: {why}; leave it out"
                yield HookFinding(
                    path, line, "cannot-fail", Target(self.now.unique_id(touched.stem), one.column), sentence
                )

    def _is_touched(self, touched: Touched, test: PlacedTest) -> bool:
        if test.column is None:
            return touched.own_changed
        return test.column.casefold() in touched.columns_changed


def _holders(properties: Properties) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    data = properties.entry.data
    yield (), data
    for n, column in listed(data, "columns"):
        yield ("columns", n), column


def _all_tests(properties: Properties) -> Sequence[PlacedTest]:
    """The tests of an entry, those of a column that is listed twice among them."""
    from dbt_ai.tasks.hooks.placed import placed_in

    if properties.version is not None:
        return placed_tests(properties)
    return tuple(placed_in((), properties.entry.data, None))


def _is_filled(tests: Sequence[PlacedTest], column: str) -> bool:
    return any(_says_filled(one.identity, column.casefold()) for one in tests)


def _says_filled(test: Identity, column: str) -> bool:
    bare = test.name.rpartition(".")[2]
    return test.column == column and ("null" in bare or "primary_key" in bare)


def _is_forked(islands: Islands) -> bool:
    """Whether Jinja decides between ways of making the rows."""
    texts = (islands.text[a:b] for block in islands.blocks if not block.opaque for a, b in block.branches)
    return any(_DECIDES_ROWS.search(text) for text in texts)
