"""Names of models, sources and columns that do not exist, and Jinja that would run in a text of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dbt_ai.edits.lock import LOCK_FILE, parse_lock
from dbt_ai.edits.reasons import RefusalError
from dbt_ai.edits.texts import JINJA, RAW, doc_call, text_hash, unprotect
from dbt_ai.project.files.jinja import Named, named_in
from dbt_ai.project.files.opened import Change
from dbt_ai.tasks.hooks.left_behind import LeftBehind
from dbt_ai.tasks.hooks.naming import TEXTS, lookups, nothing_described, target_of, walk
from dbt_ai.tasks.hooks.placed import is_unique, placed_tests
from dbt_ai.tasks.hooks.reading import Reader
from dbt_ai.tasks.hooks.touched import Touched, changed_entries
from dbt_ai.values import HookFinding, Target


@dataclass(frozen=True)
class Refs:
    """Looks at names."""

    change: Change
    now: Reader
    before: Reader
    touched: Sequence[Touched]

    def findings(self) -> Iterator[HookFinding | str]:
        """What is found, and in whole sentences what could not be seen."""
        for touched in self.touched:
            if self.now.is_enabled(touched.stem):
                yield from self._columns(touched)
                yield from self._called(touched)
                yield from self._live(touched)
        yield from self._entries()
        yield from LeftBehind(self.change, self.now, self.before, self.touched).findings()

    # columns

    def _columns(self, touched: Touched) -> Iterator[HookFinding | str]:
        """Columns of the entry that the SQL does not have, where the change touches either."""
        if touched.properties is None:
            return
        selected = self.now.selected(touched.stem)
        if not selected.complete:
            if touched.properties.columns:
                yield f"{touched.path}: whether its columns are all there could not be seen ({selected.why})."
            return
        was = self.before.selected(touched.stem_before) if touched.stem_before is not None else None
        lost = {name.casefold() for name in was.columns if selected.lacks(name)} if was is not None else set()
        new = touched.stem_before is None
        for folded, column in touched.properties.columns.items():
            fresh = new or folded in touched.columns_changed or folded in lost
            if fresh and selected.lacks(column.name):
                target = Target(self.now.unique_id(touched.stem), column.name)
                sentence = (
                    f"{touched.stem} has no column {column.name}{self._instead(touched)}; rename or remove its entry"
                )
                yield HookFinding(
                    touched.properties.entry.path, touched.properties.line(column.name), "no-column", target, sentence
                )
        for test in placed_tests(touched.properties):
            columns = is_unique(test.identity) if test.column is None else ()
            for name in columns:
                if name != "*" and selected.lacks(name) and (new or touched.own_changed or name in lost):
                    target = Target(self.now.unique_id(touched.stem))
                    sentence = (
                        f"{touched.stem} has no column {name}, which `{test.identity.name}` names; correct the test"
                    )
                    line = touched.properties.entry.line(*test.path)
                    yield HookFinding(touched.properties.entry.path, line, "no-column", target, sentence)

    def _instead(self, touched: Touched) -> str:
        """The new columns, where there are few: one may be the old one's new name."""
        listed_ = touched.properties.columns if touched.properties is not None else {}
        new = [name for name in self.now.selected(touched.stem).columns if name.casefold() not in listed_]
        return f" (new there: {', '.join(new)})" if 0 < len(new) <= 3 else ""

    # nodes

    def _called(self, touched: Touched) -> Iterator[HookFinding | str]:
        """Nodes that the SQL of a model names anew and that do not exist."""
        sql = self.now.sql(touched.stem)
        if sql is None or not touched.sql_changed:
            return
        old = self.before.sql(touched.stem_before) if touched.stem_before is not None else None
        known = {(one.kind, one.package, one.name) for one in old.named} if old is not None else set()
        told = set()
        for one in sql.named:
            key = (one.kind, one.package, one.name)
            if key not in known and key not in told:
                told.add(key)
                line = sql.islands.text.count("\n", 0, one.offset) + 1
                yield from self._checked(
                    one, touched.path, line, Target(self.now.unique_id(touched.stem)), touched.stem
                )

    def _entries(self) -> Iterator[HookFinding | str]:
        """Nodes that changed entries are about, or name in tests and elsewhere, and that do not exist."""
        for file, entry in changed_entries(self.change):
            about = target_of(self.change.now, entry)
            for path, text in walk(entry.data, ()):
                if isinstance(text, str) and not (set(path) & {*TEXTS}):
                    for one in named_in(text):
                        yield from self._checked(one, file.path, entry.line(*path), about, entry.name)
            if entry.section in ("models", "seeds", "sources"):
                yield from lookups(self.now, entry)
            if entry.section == "models":
                yield from nothing_described(self.change.now, entry)
            if entry.section == "unit_tests":
                model = str(entry.data.get("model"))
                if not self.change.now.has_node(model):
                    sentence = f"the unit test {entry.name} is of the model {model}, which does not exist"
                    yield HookFinding(file.path, entry.line("model"), "no-model", about, sentence)

    def _checked(self, named: Named, path: str, line: int, target: Target, who: str) -> Iterator[HookFinding | str]:
        tree = self.change.now
        if named.kind == "source":
            if not tree.table(named.package or "", named.name):
                if self._has_packages_unseen:
                    yield f"{path}: source {named.package}.{named.name} may be of a package, which is not installed."
                    return
                sentence = (
                    f"{who} reads the source {named.package}.{named.name}, which no property file has; declare it"
                )
                yield HookFinding(path, line, "no-model", target, sentence)
            return
        own = named.package in (None, tree.layout.name)
        if own and tree.has_node(named.name):
            stem = self.now.stem_of(named)
            if stem is not None and not self.now.is_enabled(stem):
                sentence = f"{who} refers to {named.name}, which is disabled"
                yield HookFinding(path, line, "no-model", target, sentence)
            return
        if named.package is None and self._in_packages(named.name):
            return
        if (named.package is None and self._has_packages_unseen) or not own:
            if self._has_packages_unseen or not self._in_packages(named.name):
                yield f"{path}: {named.name} may be a model of a package or another project, which is not here."
            return
        sentence = f"{who} refers to {named.name}, which does not exist"
        yield HookFinding(path, line, "no-model", target, sentence)

    @cached_property
    def _has_packages_unseen(self) -> bool:
        """Whether the project names packages, or other projects, that are not installed."""
        named = any((self.change.root / name).is_file() for name in ("packages.yml", "dependencies.yml"))
        return named and not (self.change.root / self.change.layout.packages).is_dir()

    @cached_property
    def _packaged(self) -> frozenset[str]:
        folder = self.change.root / self.change.layout.packages
        return frozenset(file.stem for suffix in ("sql", "csv", "py") for file in folder.rglob(f"*.{suffix}"))

    def _in_packages(self, name: str) -> bool:
        return name in self._packaged

    # texts of ours

    def _live(self, touched: Touched) -> Iterator[HookFinding]:
        """Jinja outside of a raw block in a description that we wrote."""
        for target in self.live_texts(touched):
            path, line = touched.line(target.column)
            what = target.column or touched.stem
            sentence = (
                f"the text of {what}, which was generated, holds Jinja that dbt would run; protect it by a raw block"
            )
            yield HookFinding(path, line, "live-jinja", target, sentence)

    def live_texts(self, touched: Touched) -> list[Target]:
        """The descriptions of a model and its columns that we wrote and that hold live Jinja."""
        unique_id = self.now.unique_id(touched.stem)
        return [
            target
            for target, entry in self._lock.items()
            if target.unique_id == unique_id
            and _is_live(text := touched.description(target.column))
            and text_hash(unprotect(text)) == entry.text_hash
        ]

    @cached_property
    def _lock(self) -> Mapping[Target, Any]:
        return parse_lock(self.change.now.read(LOCK_FILE) or b"")


def _is_live(text: str) -> bool:
    outside = re.sub(r"\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}", "", text, flags=re.DOTALL)
    if not JINJA.search(outside) or text.startswith(RAW[0]):
        return False
    try:
        doc_call(text)
    except RefusalError:
        return True
    return False
