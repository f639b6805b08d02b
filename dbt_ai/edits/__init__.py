"""Plan, diff and apply edits of property files; the lock file that knows what we wrote. Never asks anyone."""

from dbt_ai.edits.apply import apply_plan
from dbt_ai.edits.diff import diff_plan
from dbt_ai.edits.journal import recover
from dbt_ai.edits.lock import LOCK_FILE, LockEntry, lock_change, read_lock
from dbt_ai.edits.plan import plan_edits
from dbt_ai.edits.reasons import REASONS
from dbt_ai.edits.texts import normalise, protect, text_hash

__all__ = [
    "LOCK_FILE",
    "REASONS",
    "LockEntry",
    "apply_plan",
    "diff_plan",
    "lock_change",
    "normalise",
    "plan_edits",
    "protect",
    "read_lock",
    "recover",
    "text_hash",
]
