"""Unit tests in dbt's hands: those of a project compiled, and a new one run before it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePosixPath
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


def compile_new_unit_test(config: Any, manifest: Any, model: str, item: Mapping[str, Any]) -> UnitTest:
    """As `compile_unit_test`, of one that is not in the project yet (see `run_unit_test`)."""
    try:
        with _defined(manifest, model, item) as definition:
            return compile_unit_test(config, manifest, definition)
    except Exception as error:  # what dbt does not take as a unit test
        return UnitTest(model, str(item["name"]), model, error=condense(str(error)) or type(error).__name__)


def run_unit_test(config: Any, manifest: Any, adapter: Any, model: str, item: Mapping[str, Any]) -> str | None:
    """Why the unit test `item`, as YAML has it, of the model with the unique_id `model` fails; None where it passes.

    It is dbt's own runner that runs it, on an open connection of `adapter`. Never raises.
    """
    from dbt.task.test import TestRunner

    try:
        with _defined(manifest, model, item) as definition:
            _, result = TestRunner(config, adapter, definition, 1, 1).execute_unit_test(definition, manifest)
    except Exception as error:  # whatever a project's Jinja and its warehouse may raise concerns this test alone
        return condense(str(error)) or type(error).__name__
    diff: Any = result.diff
    return f"it gives {diff.actual} instead of {diff.expected}" if result.should_error else None


@contextmanager
def _defined(manifest: Any, model: str, item: Mapping[str, Any]) -> Iterator[Any]:
    """The unit test as dbt has it once it has read it; it is in the manifest until the end of the block."""
    from dbt.artifacts.resources.types import NodeType
    from dbt.contracts.graph.nodes import UnitTestDefinition
    from dbt.contracts.graph.unparsed import UnparsedUnitTest

    node = manifest.nodes[model]
    unique_id = f"unit_test.{node.package_name}.{node.name}.{item['name']}"
    file = PurePosixPath(node.original_file_path).with_suffix(".yml")  # dbt makes a folder of it in target/
    read: Any = UnparsedUnitTest.from_dict(dict(item))
    definition: Any = UnitTestDefinition(
        name=read.name,
        model=read.model,
        resource_type=NodeType.Unit,
        package_name=node.package_name,
        path=node.path,
        original_file_path=str(file),
        unique_id=unique_id,
        given=read.given,
        expect=read.expect,
        overrides=read.overrides,
        depends_on=type(node.depends_on)(nodes=[model]),
        fqn=[*node.fqn, read.name],
        schema=node.schema,
    )
    manifest.unit_tests[unique_id] = definition
    try:
        yield definition
    finally:
        manifest.unit_tests.pop(unique_id, None)
