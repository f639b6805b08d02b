"""Names for CTEs."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlglot import exp

from dbt_ai.tasks.refactoring.values import ModelText

_LAYER = re.compile(r"^(stg|base|int|src)_+")


def short_name(name: str) -> str:
    """What a model is about, without the layer that its name begins with, and of a staging model without the source.

    >>> short_name("stg_app__rentals"), short_name("int_bikes__latest_ticket"), short_name("fct_orders")
    ('rentals', 'bikes_latest_ticket', 'fct_orders')
    """
    rest = _LAYER.sub("", name)
    if name.startswith(("stg_", "base_")):
        rest = rest.partition("__")[2] or rest
    return rest.replace("__", "_") or name


def is_telling(alias: str, name: str) -> bool:
    """Whether an alias says which relation it is: it is made of words of the relation's name.

    >>> is_telling("rentals", "stg_app__rentals"), is_telling("r", "rentals"), is_telling("codes", "bike_status_codes")
    (True, False, True)
    """
    words = {word.rstrip("s") for word in name.casefold().split("_")}
    return len(alias) > 3 and all(word.rstrip("s") in words for word in alias.casefold().split("_"))


def taken_names(model: ModelText, but: Collection[exp.Expr] = ()) -> set[str]:
    """The names that mean something in the model, in lower case: CTEs, tables, aliases (not those of the tables `but`),
    and what Jinja may name."""
    ctes = {cte.name.casefold() for _, query in model.outline.query.queries() for cte in query.ctes}
    tables = {table.name.casefold() for table in model.outline.tables if isinstance(table.this, exp.Identifier)}
    skipped = {id(one) for one in but}
    named = (one for one in model.outline.tree.find_all(exp.Table, exp.Subquery) if id(one) not in skipped)
    aliases = {one.alias.casefold() for one in named if one.alias}
    return {*ctes, *tables, *aliases, *model.masked.words}
