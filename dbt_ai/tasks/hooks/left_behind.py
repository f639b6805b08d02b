"""What a change leaves behind: names elsewhere of models, columns and tables that it takes away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from dbt_ai.project.files.entries import listed
from dbt_ai.project.files.jinja import Named, named_in
from dbt_ai.project.files.opened import Change
from dbt_ai.project.files.tree import Tree
from dbt_ai.tasks.hooks.naming import TEXTS, lookups, nothing_described, target_of, walk
from dbt_ai.tasks.hooks.reading import Reader
from dbt_ai.tasks.hooks.touched import Touched, changed_entries
from dbt_ai.values import HookFinding, Target


@dataclass(frozen=True)
class LeftBehind:
    """Looks for what still names something that a change takes away."""

    change: Change
    now: Reader
    before: Reader
    touched: Sequence[Touched]

    def findings(self) -> Iterator[HookFinding]:
        """What is found."""
        for name in sorted(self._gone_models):
            yield from self._left_behind(name)
        for source, table in sorted(self._gone_tables):
            yield from self._left_tables(source, table)
        for stem, columns in self._gone_columns.items():
            yield from self._left_columns(stem, columns)

    @cached_property
    def _gone_columns(self) -> dict[str, set[str]]:
        """The columns, in lower case, that touched models have no longer."""
        gone: dict[str, set[str]] = {}
        for touched in self.touched:
            if touched.sql_changed and touched.stem_before is not None:
                now, was = self.now.selected(touched.stem), self.before.selected(touched.stem_before)
                lost = {name.casefold() for name in was.columns if now.lacks(name)}
                if lost:
                    gone[touched.stem] = lost
        return gone

    def _left_columns(self, stem: str, columns: set[str]) -> Iterator[HookFinding]:
        """Tests elsewhere that look up a column that is gone."""
        for file in self.change.now.mentioning(stem, "field"):
            for entry in (*file.of("models"), *file.of("seeds"), *file.of("sources")):
                yield from lookups(self.now, entry, only=(stem, columns))

    @cached_property
    def _gone_models(self) -> set[str]:
        """Names that `ref` found before the change and finds no longer."""
        was, now = self.change.before, self.change.now
        candidates = {
            PurePosixPath(path).stem
            for path in self.change.focus
            if (was.layout.kind(path) in ("model", "seed", "snapshot"))
        }
        for touched in self.touched:
            if touched.properties is not None and touched.entry_changed:
                candidates.add(touched.stem)
        if "dbt_project.yml" in self.change.focus:
            candidates |= {*was.models}
        return {
            name
            for name in candidates
            if self._exists(was, self.before, name) and not self._exists(now, self.now, name)
        }

    def _exists(self, tree: Tree, reader: Reader, name: str) -> bool:
        if name in tree.models:
            return reader.is_enabled(name)
        return tree.has_node(name)

    def _left_behind(self, name: str) -> Iterator[HookFinding]:
        """Everything that names a model which is gone, but for what the change names anew, which is told as that."""
        tree = self.change.now
        why = "is disabled" if name in tree.models else "does not exist any more"
        for stem, path in sorted(tree.models.items()):
            if name.encode() not in (tree.read(path) or b"") or not self.now.is_enabled(stem):
                continue
            sql = self.now.sql(stem)
            for one in sql.named if sql is not None else ():
                if (
                    one.kind == "ref"
                    and one.name == name
                    and one.package in (None, tree.layout.name)
                    and not self._is_new(stem, one)
                ):
                    line = sql.islands.text.count("\n", 0, one.offset) + 1 if sql is not None else 1
                    sentence = f"{stem} refers to {name}, which {why}"
                    yield HookFinding(path, line, "no-model", Target(self.now.unique_id(stem)), sentence)
                    break
        changed = {(entry.path, entry.section, entry.name) for _, entry in changed_entries(self.change)}
        for file in tree.mentioning(name):
            for (section, _), entry in file.entries.items():
                if (file.path, section, entry.name) in changed:
                    continue
                if section == "models" and entry.name == name and name not in tree.models:
                    yield from nothing_described(tree, entry)
                for path_, text in walk(entry.data, ()):
                    if (
                        isinstance(text, str)
                        and not (set(path_) & {*TEXTS})
                        and any(n.name == name for n in named_in(text))
                    ):
                        sentence = f"{entry.name} refers to {name}, which {why}"
                        yield HookFinding(file.path, entry.line(*path_), "no-model", target_of(tree, entry), sentence)

    @cached_property
    def _gone_tables(self) -> set[tuple[str, str]]:
        """Tables of sources that property files had before the change."""
        gone = set()
        for path in self.change.focus:
            for entry in self.change.before.properties(path).of("sources"):
                for _, table in listed(entry.data, "tables"):
                    if not self.change.now.table(entry.name, str(table.get("name"))):
                        gone.add((entry.name, str(table.get("name"))))
        return gone

    def _left_tables(self, source: str, table: str) -> Iterator[HookFinding]:
        tree = self.change.now
        for stem, path in sorted(tree.models.items()):
            content = tree.read(path) or b""
            if source.encode() not in content or table.encode() not in content or not self.now.is_enabled(stem):
                continue
            sql = self.now.sql(stem)
            for one in sql.named if sql is not None else ():
                if (one.kind, one.package, one.name) == ("source", source, table) and not self._is_new(stem, one):
                    line = sql.islands.text.count("\n", 0, one.offset) + 1 if sql is not None else 1
                    sentence = f"{stem} reads the source {source}.{table}, which no property file has any more"
                    yield HookFinding(path, line, "no-model", Target(self.now.unique_id(stem)), sentence)
                    break

    def _is_new(self, stem: str, named: Named) -> bool:
        touched = next((one for one in self.touched if one.stem == stem), None)
        if touched is None or not touched.sql_changed:
            return False
        old = self.before.sql(touched.stem_before) if touched.stem_before is not None else None
        return old is None or all((one.kind, one.name) != (named.kind, named.name) for one in old.named)
