"""A review for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_ai.report.console import LOCK_FILE
from dbt_ai.report.diff_stat import without_file
from dbt_ai.report.equivalence_text import table_lines
from dbt_ai.report.review_words import headline, sentences
from dbt_ai.reviews import Review, ReviewedModel, SmallTable


def review_text(review: Review) -> str:
    """The models with what becomes of them and the smallest example, the findings, and what would be written."""
    lines = [f"Compared with {review.base[:12]}: {_counted(len(review.models), 'model')} changed."]
    for model in review.models:
        lines += ["", f"{model.name}: {headline(model)}", *(f"  {one}" for one in sentences(model)), *_example(model)]
    if review.findings:
        lines += ["", "Findings"]
        for one in review.findings:
            place = one.path if one.line is None else f"{one.path}:{one.line}"
            mark = "fails" if one.code in review.failing else "told"
            lines.append(f"  {mark}  {one.code}  {place}  {one.sentence}")
    for suggestion in review.suggestions:
        lines += ["", f"`{suggestion.job}` would write:", without_file(suggestion.diff, LOCK_FILE).rstrip("\n")]
    if review.notices:
        lines += ["", *review.notices]
    return "\n".join(lines)


def _example(model: ReviewedModel) -> Iterator[str]:
    if model.compared.before is None or model.compared.after is None:
        return
    for table in (*model.compared.tables, model.compared.before, model.compared.after):
        yield from ("", f"  {table.name}", *_lines(table))


def _lines(table: SmallTable) -> list[str]:
    return [f"    error: {table.error}"] if table.error else table_lines(table.columns, table.rows)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
