"""The last steps of every job that writes: what could not be edited in, the lock file's change, and the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dbt_ai.edits import apply_plan
from dbt_ai.errors import EditError
from dbt_ai.tasks.progress import Progress
from dbt_ai.values import FileChange, Outcome, OutcomeKind, Plan, Refusal


def refusals_of(plan: Plan) -> Mapping[int, Refusal]:
    """Why edits could not be planned, by the id of each. Raises EditError where a file lies outside the project."""
    outside = next((refusal for refusal in plan.refused if refusal.reason == "outside-project"), None)
    if outside is not None:
        raise EditError(
            f"{outside.edit.path} leads out of the project, so nothing was written. Keep the file inside, or "
            "leave out the nodes that it describes with --exclude."
        )
    return {id(refusal.edit): refusal for refusal in plan.refused}


def refused(outcome: Outcome, refusal: Refusal | None) -> Outcome:
    """The outcome, or that it could not be edited in where there is a refusal."""
    if refusal is None:
        return outcome
    return replace(outcome, kind=OutcomeKind.REFUSED, reason=refusal.reason, detail=refusal.detail)


def finished(root: Path, plan: Plan, lock: FileChange | None, write: bool, progress: Progress) -> Plan:
    """The plan with the lock file's change, applied to the project at `root` where `write`."""
    plan = replace(plan, changes=(*plan.changes, lock)) if lock else plan
    if write and plan.changes:
        progress("Writing", 0, len(plan.changes))
        apply_plan(root, plan)
    return plan
