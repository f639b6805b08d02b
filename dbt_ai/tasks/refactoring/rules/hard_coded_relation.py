"""A relation that is written out becomes the ref() or source() that it is, so that dbt knows of it."""

from __future__ import annotations

from dbt_ai.sql.islands import Splice
from dbt_ai.tasks.refactoring.using import end_of, start_of
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText


def hard_coded_relation(model: ModelText) -> Found:
    for number, table in enumerate(model.outline.tables):
        if not table.db or start_of(table) < 0 or any(model.masked.holding(part.name) for part in table.parts):
            continue
        start, end = start_of(table), end_of(table)
        if model.text[end : end + 1] == '"':
            end += 1
        written = model.text[start:end]
        reference = model.known.reference(table)
        if reference is None:
            continue
        place = f"{written}.{number}"
        sentence = f"`{written}` is {reference.call}, and dbt does not know that the model reads it."
        if reference.reason is not None:
            yield Left("hard-coded-relation", place, sentence, reference.reason)
            continue
        call = reference.call
        if "('" not in model.text and '("' in model.text:
            call = call.replace("'", '"')
        yield Change(
            "hard-coded-relation", place, sentence, (Splice(start, end, f"{{{{ {call} }}}}"),), (reference.unique_id,)
        )
