"""A hash over other columns, as dbt_utils.generate_surrogate_key makes it."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved
from dbt_ai.tasks.derived.wording import listed

_HASHES = {"md5": "MD5", "sha": "SHA-1", "sha2": "SHA-256", "md5digest": "MD5", "sha256": "SHA-256"}


def surrogate_key(context: ColumnContext) -> Draft | None:
    """`md5(concat(a, '-', b))` is "Surrogate key: MD5 hash of `a` and `b`."

    "Key" is said only where the column is known to be one.
    """
    facts = context.facts
    if facts is None or facts.expression is None:
        return None
    tree = facts.expression.unnest()
    while isinstance(tree, (exp.Cast, exp.Lower, exp.Upper)):
        tree = tree.this.unnest()
    kind = tree.name if isinstance(tree, exp.Anonymous) else tree.key
    label = _HASHES.get(kind.lower())
    found = [context.naming.operand(column, without=context.name) for column in tree.find_all(exp.Column)]
    columns = list(dict.fromkeys(name for name in found if name))
    if label is None or not columns or not all(found):
        return None
    what = f"{label} hash of {listed(columns)}"
    text = f"Surrogate key: {what}." if context.world.is_key(context.ref) else f"{what}."
    return Draft(proved(text, facts.sql), Strength.MEANING, travels=not context.world.is_key(context.ref))
