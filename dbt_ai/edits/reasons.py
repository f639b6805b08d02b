"""Why an edit was refused: stable codes, one sentence each. `{...}` is filled in from the edit."""

from __future__ import annotations

from dbt_ai.values import AnyEdit, FileEdit, MacroEdit, Refusal, SqlEdit, UnitTestEdit

REASONS: dict[str, str] = {
    "alias-expansion": "{path} repeats itself through aliases too often for an edit to be checked; edit it by hand.",
    "already-described": "{target} already has a description in {path}; it stays as it is.",
    "ambiguous-column": "{path} has several columns whose names differ from {target} only in case.",
    "changed-since": "The description of {target} in {path} is not the text that was to be replaced.",
    "conflicting-texts": "There are different texts for {target}; give one.",
    "duplicate-column": "{path} lists {target} more than once; keep one entry.",
    "duplicate-entry": "{path} has more than one entry for {name}; keep one.",
    "duplicate-key": "The entry of {target} in {path} has the same key twice; keep one.",
    "empty-text": "There is no text to write for {target}.",
    "entry-not-found": "{path} has no entry for {name} that could be recognised.",
    "file-changed": "The text of {path} is not the one that was to be replaced; run again.",
    "file-exists": "{path} is there already, with another content; it stays as it is.",
    "file-missing": "{path} is not there any more.",
    "file-twice": "There are different edits that make {path}; give one.",
    "guard": "The edit of {target} would have changed something else in {path}; nothing was written for it.",
    "invalid-macro": "The entry of the macro {target} is not laid out as dbt reads one.",
    "invalid-test": "The test for {target} is not laid out as dbt reads one.",
    "invalid-text": "The text for {target} holds characters that no UTF-8 file can hold.",
    "invalid-unit-test": "The unit test {target} is not laid out as dbt reads one.",
    "jinja-name": "The name of {target} looks like Jinja, which dbt would render; write its entry by hand.",
    "jinja-raw": "The text for {target} contains `endraw` and could break out of the Jinja block that protects it.",
    "jinja-value": "A value in the test of {target} would be changed or run by dbt's Jinja; write that test by hand.",
    "macro-exists": "{path} has another entry for the macro {target}; it stays as it is.",
    "multiple-documents": "{path} holds several YAML documents; dbt reads files with one.",
    "not-a-doc-call": "The text for {target} was to be a doc() call and is something else.",
    "not-a-file": "{path} is not a regular file.",
    "not-utf-8": "{path} is not encoded in UTF-8, which dbt requires.",
    "outside-project": "{path} lies outside the project.",
    "recursive-alias": "{path} has an alias that contains itself.",
    "schema": "With this edit of {target}, {path} would not follow dbt's schema of property files.",
    "shared-anchor": "The entry of {target} in {path} is shared by a YAML anchor, and the edit is not for every use.",
    "shared-version": "{target} is declared once for several versions in {path}, and the edit is not for all of them.",
    "tagged": "The description of {target} in {path} carries a YAML tag or an anchor; edit it by hand.",
    "test-differs": "{path} has that test of {target} under other conditions, and dbt takes one of that name only.",
    "tests-and-data-tests": "The entry of {target} in {path} has both `tests` and `data_tests`; dbt takes one of them.",
    "unit-test-exists": "{path} has another unit test named {target}; it stays as it is.",
    "unusual-layout": "The entry of {target} in {path} is laid out in a way that cannot be edited safely.",
    "unwritable-value": "The test for {target} holds a value that no property file can hold.",
    "version-not-found": "{path} does not list version {version} of {name}.",
}


class RefusalError(Exception):
    """Ends the planning of one edit; `reason` is a key of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def refusal(edit: AnyEdit, reason: str) -> Refusal:
    """The refusal of `edit` for `reason`, with its sentence."""
    name = target = edit.path
    version = None
    if isinstance(edit, UnitTestEdit):
        target = str(edit.unit_test.get("name"))
    elif isinstance(edit, MacroEdit):
        target = str(edit.macro.get("name"))
    elif not isinstance(edit, (FileEdit, SqlEdit)):
        place = edit.place
        name = f"{place.name}.{place.table}" if place.table else place.name
        target = f"{name}.{edit.column}" if edit.column is not None else name
        version = place.version
    return Refusal(edit, reason, REASONS[reason].format(path=edit.path, name=name, target=target, version=version))
