"""The columns that dbt adds to every snapshot (docs.getdbt.com, "Snapshot meta-fields")."""

from __future__ import annotations

from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved

_META = {
    "dbt_valid_from": "Time from which this version of the row is valid, set by dbt's snapshot.",
    "dbt_valid_to": "Time until which this version of the row was valid, set by dbt's snapshot.",
    "dbt_scd_id": "Hash that dbt's snapshot gives to each version of a row.",
    "dbt_updated_at": "Update time of the source row when dbt's snapshot took this version.",
    "dbt_is_deleted": "Whether dbt's snapshot found the row deleted in the source.",
}


def snapshot_column(context: ColumnContext) -> Draft | None:
    """What dbt's snapshots document of their own columns; only on snapshots themselves."""
    if context.evidence.resource_type != "snapshot" or context.name.lower() not in _META:
        return None
    return Draft(proved(_META[context.name.lower()], "dbt snapshot"), Strength.MEANING)
