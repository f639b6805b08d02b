"""Descriptions that a change lacks, and texts of ours that it makes stale."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dbt_ai.checks.text_guard import is_placeholder
from dbt_ai.edits.lock import LOCK_FILE, LockEntry, parse_lock
from dbt_ai.edits.texts import text_hash, unprotect
from dbt_ai.project.calls import DOC
from dbt_ai.project.files.opened import Change
from dbt_ai.tasks.hooks.reading import Reader
from dbt_ai.tasks.hooks.touched import Touched, described
from dbt_ai.values import HookFinding, Target

_DOC_CALL = re.compile(r"\{\{-?\s*doc\([^{}]*\)\s*-?\}\}")


@dataclass(frozen=True)
class Docs:
    """Looks at descriptions. `needed` is the setting `hook_docs`: which texts a touched model has to have."""

    change: Change
    now: Reader
    before: Reader
    touched: Sequence[Touched]
    needed: str

    def findings(self) -> Iterator[HookFinding | str]:
        """What is found, and in whole sentences what could not be seen."""
        locks = [parse_lock(tree.read(LOCK_FILE) or b"") for tree in (self.change.now, self.change.before)]
        for touched in self.touched:
            if self.now.is_enabled(touched.stem):
                yield from self._missing(touched)
                yield from self._stale(touched, *locks)

    def _missing(self, touched: Touched) -> Iterator[HookFinding | str]:
        target = self.now.unique_id(touched.stem)
        if touched.sql_changed or touched.own_changed or (touched.columns_changed and self.needed == "models"):
            yield from self._judged(touched, Target(target))
        if self.needed == "descriptions":
            return
        selected = self.now.selected(touched.stem)
        if touched.sql_changed and not selected.complete:
            yield (
                f"{touched.path}: not all columns could be seen ({selected.why}); those that its SQL or its property "
                "file names were looked at."
            )
        for column in self._columns(touched):
            if not selected.lacks(column):
                yield from self._judged(touched, Target(target, column))

    def _columns(self, touched: Touched) -> list[str]:
        """The columns that have to be described, in the order of the SQL."""
        listed = touched.properties.columns if touched.properties is not None else {}
        was = touched.before.columns if touched.before is not None else {}
        selected = self.now.selected(touched.stem)
        known = {name.casefold(): name for name in selected.columns}
        names = {**known, **{folded: column.name for folded, column in listed.items()}}
        if self.needed == "models":
            return list(names.values())
        wanted = {*touched.columns_changed, *(self._made_anew(touched) if touched.sql_changed else ())}
        # An entry that is gone, of a column that may still be there: what cannot be seen is looked up as a word.
        text = self.change.now.read(touched.path) or b"" if not selected.complete else b""
        gone = {
            folded: was[folded].name
            for folded in wanted
            if folded in was
            and folded not in names
            and re.search(rb"\b%s\b" % re.escape(folded).encode(), text.lower())
        }
        return [name for folded, name in {**names, **gone}.items() if folded in wanted]

    def _made_anew(self, touched: Touched) -> set[str]:
        """The columns, in lower case, that are new in the SQL or made in another way."""
        selected = self.now.selected(touched.stem)
        columns = {name.casefold() for name in selected.columns}
        if touched.stem_before is None:
            return columns | {*(touched.properties.columns if touched.properties is not None else ())}
        was = self.before.selected(touched.stem_before)
        if not was.columns:
            return columns
        fresh = columns - {name.casefold() for name in was.columns}
        now, before = self.now.facts(touched.stem), self.now.facts_of(self.before.sql(touched.stem_before))
        if now is None or before is None:
            return fresh
        for column in now.columns:
            old = before.column(column.name)
            if old is not None and (old.kind, old.sql) != (column.kind, column.sql):
                fresh.add(column.name.casefold())
        return fresh & columns

    def _judged(self, touched: Touched, target: Target) -> Iterator[HookFinding]:
        """What is wrong with the description of the model or of a column."""
        what = f"the column {target.column} of {touched.stem}" if target.column else touched.stem
        raw = touched.description(target.column)
        path, line = touched.line(target.column)
        text, missing = self._rendered(raw)
        if missing is not None:
            yield HookFinding(
                path, line, "no-block", target, f"{what} is described by the doc block {missing}, which does not exist"
            )
        elif not text:
            code, how = ("empty-block", "an empty doc block") if raw.strip() else ("undescribed", "no description")
            yield HookFinding(path, line, code, target, f"{what} has {how}; say what it is")
        elif is_placeholder(text):
            code = "empty-block" if _DOC_CALL.search(raw) else "placeholder-text"
            yield HookFinding(
                path, line, code, target, f"the description of {what} is a placeholder ({text[:40]!r}); say what it is"
            )

    def _rendered(self, raw: str) -> tuple[str, str | None]:
        """The text with the doc blocks that it names in their place, and the name of one that does not exist."""
        text = raw
        for call in _DOC_CALL.findall(raw):
            found = DOC.search(call)
            if found is None or found["package"] not in (None, self.change.layout.name):
                continue
            block = self.change.now.blocks.get(found["name"])
            if block is None:
                return "", found["name"] if found["name"] != "__overview__" else None
            text = text.replace(call, block.text)
        return unprotect(text).strip(), None

    def _stale(
        self, touched: Touched, lock: Mapping[Target, LockEntry], before: Mapping[Target, LockEntry]
    ) -> Iterator[HookFinding]:
        """Texts of ours that are the same, though the SQL that they rest on is not."""
        unique_id = self.now.unique_id(touched.stem)
        ours = [
            entry
            for target, entry in lock.items()
            if target.unique_id == unique_id
            and before.get(target) == entry
            and text_hash(self._rendered(touched.description(target.column))[0]) == entry.text_hash
            and described(touched.before, target.column) == touched.description(target.column)
        ]
        if not ours or not touched.sql_changed or touched.stem_before is None:
            return
        from dbt_ai.tasks.evidence_hash import basis_of

        now, was = self.now.facts(touched.stem), self.now.facts_of(self.before.sql(touched.stem_before))
        if now is None or was is None:
            return
        for entry in ours:
            if basis_of("model", now, entry.column) != basis_of("model", was, entry.column):
                what = f"the text of {entry.column or touched.stem}"
                path, line = touched.line(entry.column)
                sentence = (
                    f"{what} was derived from SQL that this change alters; run `dbtai document -s {touched.stem}`, "
                    "or write it yourself"
                )
                yield HookFinding(path, line, "stale-text", entry.target, sentence)
