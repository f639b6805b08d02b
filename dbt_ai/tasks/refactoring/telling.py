"""What the report says of the changes of one model."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_ai.project.values import Node
from dbt_ai.tasks.refactoring.by_rules import Found
from dbt_ai.tasks.refactoring.reasons import REASONS
from dbt_ai.tasks.refactoring.several.telling import why
from dbt_ai.values import Outcome, OutcomeKind, Target, VerdictKind

_UNREAD = ("no-sql", "jinja-too-much", "file-differs")


def told(node: Node, found: Found) -> Iterator[Outcome]:
    """One outcome for each change that was tried, left or put back, or for why there was none."""
    target, path = Target(node.unique_id), node.original_file_path
    if found.reason is not None:
        about = f" ({found.detail})" if found.detail else ""
        detail = f"{REASONS[found.reason].rstrip('.')}{about}."
        kind = OutcomeKind.FAILED if found.reason in _UNREAD else OutcomeKind.REFUSED
        yield Outcome(target, kind, path=path, reason=found.reason, detail=detail)
    if found.refactored is None:
        return
    for tried in found.refactored.tried:
        kind = OutcomeKind.WRITTEN if tried.written else OutcomeKind.REFUSED
        if tried.verdict.kind is VerdictKind.REFUTED:
            kind = OutcomeKind.REFUTED
        detail = tried.change.sentence + (f" {', '.join(tried.gains)} less." if tried.gains else "")
        yield Outcome(
            target,
            kind,
            tried.change.rule,
            "derived",
            (tried.verdict,),
            path,
            None if tried.written else tried.verdict.reason,
            detail if tried.written else f"{tried.change.rule}: {detail} {why(tried.verdict)}",
        )
    for left in found.refactored.left:
        detail = f"{left.rule}: {left.sentence} {REASONS[left.reason]}"
        yield Outcome(target, OutcomeKind.REFUSED, left.rule, "derived", (), path, left.reason, detail)
    for kept in found.refactored.kept:
        detail = f"{kept.sentence} {REASONS['put-back']}"
        yield Outcome(target, OutcomeKind.KEPT, kept.rule, None, (), path, "put-back", detail)
