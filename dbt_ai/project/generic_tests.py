"""The SQL of a generic test that is not in the project yet, as dbt would compile it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dbt_ai.errors import WarehouseError
from dbt_ai.project.condensing import condense


def generic_test_sql(
    config: Any, manifest: Any, name: str, arguments: Mapping[str, Any], macro_sql: str | None = None
) -> str:
    """The SELECT of the generic test `name` (with its package before a dot), `arguments` being those of its macro with
    `model`. `macro_sql` is the macro's own text where the project has none. Raises WarehouseError with dbt's words."""
    from dbt.artifacts.resources.types import NodeType
    from dbt.clients.jinja import MacroGenerator
    from dbt.context.providers import generate_runtime_macro_context
    from dbt.contracts.graph.nodes import Macro

    package, _, bare = name.rpartition(".")
    root = config.project_name
    try:
        if macro_sql is not None:
            macro: Any = Macro(
                name=f"test_{bare}",
                resource_type=NodeType.Macro,
                package_name=root,
                path=f"{bare}.sql",
                original_file_path=f"{bare}.sql",
                unique_id=f"macro.{root}.test_{bare}",
                macro_sql=macro_sql,
            )
        else:
            macro = manifest.find_macro_by_name(f"test_{bare}", root, package or None)
        if macro is None:
            raise WarehouseError(f"dbt finds no generic test {name}")
        context = generate_runtime_macro_context(macro, config, manifest, package or None)
        return str(MacroGenerator(macro, context)(**arguments)).strip()
    except WarehouseError:
        raise
    except Exception as error:  # whatever a project's Jinja may raise concerns this test alone
        raise WarehouseError(condense(str(error)) or type(error).__name__) from error
