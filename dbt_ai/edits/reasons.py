"""Why an edit was refused: stable codes, one sentence each. `{...}` is filled in from the edit."""

from __future__ import annotations

from dbt_ai.values import Edit, Refusal

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
    "file-missing": "{path} is not there any more.",
    "guard": "The edit of {target} would have changed something else in {path}; nothing was written for it.",
    "invalid-text": "The text for {target} holds characters that no UTF-8 file can hold.",
    "jinja-name": "The name of {target} looks like Jinja, which dbt would render; write its entry by hand.",
    "jinja-raw": "The text for {target} contains `endraw` and could break out of the Jinja block that protects it.",
    "multiple-documents": "{path} holds several YAML documents; dbt reads files with one.",
    "not-a-doc-call": "The text for {target} was to be a doc() call and is something else.",
    "not-a-file": "{path} is not a regular file.",
    "not-utf-8": "{path} is not encoded in UTF-8, which dbt requires.",
    "outside-project": "{path} lies outside the project.",
    "recursive-alias": "{path} has an alias that contains itself.",
    "schema": "With this edit of {target}, {path} would not follow dbt's schema of property files.",
    "shared-anchor": "The entry of {target} in {path} is shared by a YAML anchor, and the text is not for every use.",
    "shared-version": "{target} is declared once for several versions in {path}, and the text is not for all of them.",
    "tagged": "The description of {target} in {path} carries a YAML tag or an anchor; edit it by hand.",
    "unusual-layout": "The entry of {target} in {path} is laid out in a way that cannot be edited safely.",
    "version-not-found": "{path} does not list version {version} of {name}.",
}


class RefusalError(Exception):
    """Ends the planning of one edit; `reason` is a key of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def refusal(edit: Edit, reason: str) -> Refusal:
    """The refusal of `edit` for `reason`, with its sentence."""
    place = edit.place
    name = f"{place.name}.{place.table}" if place.table else place.name
    target = f"{name}.{edit.column}" if edit.column is not None else name
    sentence = REASONS[reason].format(path=place.path, name=name, target=target, version=place.version)
    return Refusal(edit, reason, sentence)
