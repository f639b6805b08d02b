"""A review as Markdown for one comment of a pull request: short, details folded, and never longer than a comment may
be.

All that a branch brings (names, values, messages) is text of strangers: it stands in code spans and code blocks only,
which it cannot leave, so that it can mention nobody, link nowhere and hide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dbt_ai.report.console import LOCK_FILE
from dbt_ai.report.diff_stat import without_file
from dbt_ai.report.review_words import cell, headline, sentences
from dbt_ai.reviews import ChangeKind, Review, ReviewedModel, ReviewFinding, SmallTable
from dbt_ai.values import VerdictKind

MARKER = "<!-- dbtai review -->"
"""The first line, by which the comment is found again."""
MOST = 60_000  # characters; GitHub takes 65,536 of them
_HARMLESS = re.compile(r"[\w ,.;:()'%?-]*")
_MOST_MODELS = 20
_MOST_FINDINGS = 30
_MOST_ROWS = 10
_MOST_DIFF = 12_000
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def review_markdown(review: Review) -> str:
    """The comment."""
    parts = [MARKER, _summary(review)]
    parts += [_findings(review)] if review.findings else []
    models = sorted(review.models, key=_by_weight)
    for number, model in enumerate(models):
        part = _model(model, opened=number < 3 and _is_bad(model))
        if number >= _MOST_MODELS or _size([*parts, part]) > MOST - 2_000:
            parts.append(f"{len(models) - number} more models are not shown here.")
            break
        parts.append(part)
    for suggestion in review.suggestions:
        part = _folded(
            f"`dbtai {suggestion.job}` would write {suggestion.count} of them",
            _diff(without_file(suggestion.diff, LOCK_FILE)),
        )
        if _size([*parts, part]) > MOST - 1_000:
            parts.append(f"What `dbtai {suggestion.job}` would write is too long for a comment.")
            continue
        parts.append(part)
    if review.notices:
        seen = "\n".join(f"* {told(one)}" for one in review.notices[:10])
        if _size([*parts, seen]) < MOST:
            parts.append(_folded("What could not be seen", seen))
    return "\n\n".join(parts) + "\n"


def _summary(review: Review) -> str:
    if not review.models:
        return f"**dbtai**: no model differs from `{review.base[:12]}`."
    kinds = {
        "changes the result": sum(_kind(one) is VerdictKind.REFUTED for one in review.models),
        "gives the same": sum(_kind(one) in _SAME for one in review.models),
        "could not be compared": sum(_kind(one) is VerdictKind.UNPROVEN for one in review.models),
        "is new": sum(one.change is ChangeKind.NEW for one in review.models),
        "is gone": sum(one.change is ChangeKind.REMOVED for one in review.models),
    }
    counted = ", ".join(f"{count} {what}" for what, count in kinds.items() if count)
    fails = f" **Fails**: {', '.join(f'`{one}`' for one in review.failing)}." if review.failing else ""
    several = "models" if len(review.models) > 1 else "model"
    return f"**dbtai**: {len(review.models)} {several} changed since `{review.base[:12]}`: {counted}.{fails}"


_SAME = (VerdictKind.PROVED, VerdictKind.BOUNDED, VerdictKind.HOLDS)


def _kind(model: ReviewedModel) -> VerdictKind | None:
    return model.compared.verdict.kind if model.compared.verdict is not None else None


def _is_bad(model: ReviewedModel) -> bool:
    return _kind(model) is VerdictKind.REFUTED or any(one.broken for one in model.affected)


def _by_weight(model: ReviewedModel) -> tuple[int, str]:
    return (0 if _is_bad(model) else 1 if _kind(model) is VerdictKind.UNPROVEN else 2, model.unique_id)


def _findings(review: Review) -> str:
    fails = [one for one in review.findings if one.code in review.failing]
    found = [*fails, *(one for one in review.findings if one not in fails)]
    rows = [_finding(one, one in fails) for one in found[:_MOST_FINDINGS]]
    more = [f"\n{len(found) - _MOST_FINDINGS} more are not shown here."] if len(found) > _MOST_FINDINGS else []
    return "\n".join(["| | finding | where |", "|---|---|---|", *rows, *more])


def _finding(one: ReviewFinding, fails: bool) -> str:
    place = one.path if one.line is None else f"{one.path}:{one.line}"
    mark = "❌" if fails else "·"
    return f"| {mark} `{one.code}` | {_in_table(one.sentence)} | {code(place, in_table=True)} |"


def _in_table(sentence: str) -> str:
    harmless = told(sentence)
    return code(sentence, in_table=True) if harmless.startswith("`") else harmless


def _model(model: ReviewedModel, opened: bool) -> str:
    lines = [f"* {one}" for one in sentences(model, code, told)]
    tables = list(_example(model))
    body = "\n".join(lines) + ("\n\n" + "\n\n".join(tables) if tables else "")
    return _folded(f"{_tag(model.name)}: {headline(model)}", body, opened)


def _example(model: ReviewedModel) -> Iterator[str]:
    """The smallest database on which the result differs, as tables in one block of code."""
    if model.compared.before is None or model.compared.after is None:
        return
    lines: list[str] = []
    for table in (*model.compared.tables, model.compared.before, model.compared.after):
        lines += [table.name, *_lines(table), ""]
    yield "The smallest example:"
    yield _block("\n".join(lines).rstrip(), "")


def _lines(table: SmallTable) -> list[str]:
    from dbt_ai.report.equivalence_text import table_lines

    if table.error:
        return [f"  error: {table.error}"]
    rows = [tuple(cell(value)[:60] for value in row) for row in table.rows[:_MOST_ROWS]]
    more = [f"    and {len(table.rows) - _MOST_ROWS} more rows"] if len(table.rows) > _MOST_ROWS else []
    return [*table_lines(table.columns, rows), *more]


def _diff(diff: str) -> str:
    cut = diff if len(diff) <= _MOST_DIFF else diff[:_MOST_DIFF].rpartition("\n")[0] + "\n… (cut)"
    return _block(cut.rstrip("\n"), "diff")


def _folded(summary: str, body: str, opened: bool = False) -> str:
    return f"<details{' open' if opened else ''}><summary>{summary}</summary>\n\n{body}\n\n</details>"


def told(text: str) -> str:
    """A sentence: as it is where nothing in it means anything in Markdown, else as a code span."""
    plain = " ".join(text.split())
    return plain if _HARMLESS.fullmatch(plain) and "www." not in plain.casefold() else code(plain)


def code(text: str, in_table: bool = False) -> str:
    """Text of strangers as a code span that it cannot end."""
    plain = _plain(" ".join(text.split()))
    if in_table:
        plain = plain.replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    edge = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{edge}{plain or ' '}{edge}{fence}"


def _tag(text: str) -> str:
    """Text of strangers inside a tag of HTML, where there is no Markdown."""
    escaped = _plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<code>{escaped}</code>"


def _block(text: str, language: str) -> str:
    plain = "\n".join(_plain(line) for line in text.split("\n"))
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    return f"{fence}{language}\n{plain}\n{fence}"


def _plain(text: str) -> str:
    return _UNSEEN.sub("·", text)


def _size(parts: Sequence[str]) -> int:
    return sum(len(part) + 2 for part in parts)
