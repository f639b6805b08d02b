"""The rules that change several files at once: each is given the models of a run, and says what it would make of them.

Whether a change keeps the rows is never a rule's to say: a proof decides.
"""

from __future__ import annotations

from dbt_ai.tasks.refactoring.several.making import FilesRule
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro import expression_into_macro
from dbt_ai.tasks.refactoring.several.rules.ladder_into_seed import ladder_into_seed
from dbt_ai.tasks.refactoring.several.rules.table_into_increments import table_into_increments

FILES_RULES: tuple[FilesRule, ...] = (ladder_into_seed, table_into_increments, expression_into_macro)
