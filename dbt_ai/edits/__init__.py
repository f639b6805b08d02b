"""Plan, diff and apply edits of property files; the lock file that knows what we wrote. Never asks anyone.

What is named here is loaded when it is asked for: a hook that reads the lock file is not to wait for all of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
_MODULES = {
    "apply": ("apply_plan",),
    "diff": ("diff_plan",),
    "journal": ("recover",),
    "lock": ("LOCK_FILE", "LockEntry", "lock_change", "read_lock"),
    "plan": ("plan_edits",),
    "reasons": ("REASONS",),
    "texts": ("normalise", "protect", "text_hash"),
}


def __getattr__(name: str) -> Any:
    module = next((module for module, names in _MODULES.items() if name in names), None)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"dbt_ai.edits.{module}"), name)
