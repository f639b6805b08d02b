"""The rules that change several files at once: each is given the models of a run, and says what it would make of them.

Whether a change keeps the rows is never a rule's to say: a proof decides.
"""

from __future__ import annotations

from dbt_ai.tasks.refactoring.several.making import FilesRule

FILES_RULES: tuple[FilesRule, ...] = ()
