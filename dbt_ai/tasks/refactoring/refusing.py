"""Models that are left as they are, whatever a rule would say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import sqlglot
from sqlglot.errors import SqlglotError

from dbt_ai.project.values import Node
from dbt_ai.sql.islands import Islands
from dbt_ai.sql.lifting.refusals import refuse
from dbt_ai.sql.lifting.values import Refused

# What changes no rows: rights, statistics, layout, settings of the session, comments.
_HARMLESS = re.compile(
    r"\s*(grant|revoke|analyze|vacuum|optimize|comment|set|reset|use|show|describe|checkpoint|create\s+(unique\s+)?index"
    r"|alter\s+(table|view)\s+(\{\{.*?\}\}|\S+)\s+(owner|set\s+tags?))\b",
    re.IGNORECASE,
)
_LATER = re.compile(r"\bis_incremental\s*\(\s*\)")


def reason_for_hooks(node: Node) -> tuple[str, str] | None:
    """The reason code and the hook, where a hook of the model may write something.

    dbt runs hooks around the query; the query that a hook does not write to may change as long as its rows do not.
    """
    for key in ("pre-hook", "post-hook", "pre_hook", "post_hook"):
        hooks = node.config.get(key) or ()
        for hook in (hooks,) if isinstance(hooks, (str, Mapping)) else hooks:
            sql = _sql_of(hook)
            if sql.strip() and not all(_HARMLESS.match(part) for part in sql.split(";") if part.strip()):
                return "hook-side-effects", " ".join(sql.split())[:80]
    return None


def reason_for_sql(sql: str, dialect: str) -> tuple[str, str] | None:
    """The reason code and the piece of compiled SQL, where it gives other rows each time."""
    try:
        refuse(sqlglot.parse_one(sql, dialect=dialect or None))
    except Refused as refused:
        if refused.reason in ("non-deterministic", "sampling"):
            return refused.reason, refused.detail
    except (SqlglotError, RecursionError):
        pass
    return None


def reason_for_branches(islands: Islands) -> tuple[str, str] | None:
    """The reason code, where the model has one SQL for its first run and another for later ones."""
    for block in islands.blocks:
        statement = islands.text[block.start : block.branches[0][0]]
        if block.name == "if" and block.has_else and _LATER.search(statement):
            first, last = block.branches[0], block.branches[-1]
            if islands.text[first[0] : first[1]].strip() and islands.text[last[0] : last[1]].strip():
                return "branches-differ", statement
    return None


def _sql_of(hook: Any) -> str:
    if isinstance(hook, Mapping):
        return str(hook.get("sql") or "")
    return str(getattr(hook, "sql", hook))
