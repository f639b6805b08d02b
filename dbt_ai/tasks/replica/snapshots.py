"""What the first run of a snapshot makes of its query."""

from __future__ import annotations

from dbt_ai.project.values import Node
from dbt_ai.sql.names import quoted
from dbt_ai.sql.transpiling import Untranslatable


def first_run(node: Node, sql: str) -> str:
    """DuckDB's SQL for the table of the snapshot `node` after one run: the rows of `sql`, each current, with dbt's
    columns. Raises Untranslatable for a setting that is not known here."""
    config = node.config
    if config.get("dbt_valid_to_current") or config.get("hard_deletes") == "new_record":
        raise Untranslatable("its snapshot has settings that are not followed here")
    names = config.get("snapshot_meta_column_names") or {}

    def called(name: str) -> str:
        return quoted(str(names.get(name) or name))

    updated = quoted(str(config.get("updated_at"))) if config.get("strategy") == "timestamp" else "now()::TIMESTAMP"
    key = " || '|' || ".join(f"coalesce({quoted(name)}::VARCHAR, '')" for name in node.unique_key) or "''"
    identity = f"md5({key} || '|' || {updated}::VARCHAR)"
    return (
        f"SELECT *, {identity} AS {called('dbt_scd_id')}, {updated} AS {called('dbt_updated_at')}, "
        f"{updated} AS {called('dbt_valid_from')}, CAST(NULL AS TIMESTAMP) AS {called('dbt_valid_to')} "
        f"FROM ({sql}) AS dbt_ai_snapshot"
    )
