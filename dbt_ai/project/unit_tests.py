"""The unit tests that a project has, compiled by dbt."""

from __future__ import annotations

from typing import Any

from dbt_ai.project.condensing import condense
from dbt_ai.project.values import UnitTest


def compile_unit_test(config: Any, manifest: Any, definition: Any) -> UnitTest:
    """A unit test of dbt's manifest with its model's SQL on the rows that it gives, or with what dbt says of it.

    dbt asks the warehouse for the columns of what is given, so a connection has to be at hand. Never raises.
    """
    from dbt.compilation import Compiler
    from dbt.parser.unit_tests import UnitTestManifestLoader

    unique_id, name, node = definition.unique_id, definition.name, definition.depends_on.nodes[0]
    try:
        loaded = UnitTestManifestLoader(manifest, config, {unique_id}).load()
        unit: Any = loaded.nodes[unique_id]
        compiled = Compiler(config).compile_node(unit, loaded, {}, write=False)
    except Exception as error:  # whatever a project's Jinja and its warehouse may raise concerns this test alone
        return UnitTest(unique_id, name, node, error=condense(str(error)) or type(error).__name__)
    expected: Any = compiled.config
    return UnitTest(
        unique_id, name, node, compiled.compiled_code, tuple(expected.expected_rows or ()), expected.expected_sql
    )
