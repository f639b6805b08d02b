"""dbt_ai: dbt's door. Importing this module costs next to nothing and never raises.

dbt 1.x imports every top-level module called `dbt_*` at every command and takes `plugins` from it, so whatever goes
wrong here would break a command that has nothing to do with us.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """`plugins`, when dbt asks for it: our plugin, or nothing where we are switched off or broken."""
    if name != "plugins":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import os

    if os.environ.get("DBTAI_DISABLE", "").strip().lower() not in ("", "0", "false"):
        return []
    try:
        from dbt_ai.plugin import DbtAiPlugin
    except Exception:
        return []
    return [DbtAiPlugin]
