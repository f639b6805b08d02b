"""Which file a node's properties are in, or should go to: the cases are the files in `places/`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
import yaml

from dbt_ai.project.places import find_places
from dbt_ai.project.values import Node
from dbt_ai.values import PropertyPlace

CASES = sorted((Path(__file__).parent / "places").glob("*.yml"))
TYPES = {"models": "model", "seeds": "seed", "snapshots": "snapshot"}


def node(path: str, patch_path: str | None) -> Node:
    file = PurePosixPath(path)
    return Node(
        unique_id=path,
        resource_type=TYPES[file.parts[0]],
        name=file.stem,
        package_name="shop",
        original_file_path=path,
        relation=(None, None, file.stem),
        patch_path=patch_path,
    )


@pytest.mark.parametrize("case", CASES, ids=[path.stem for path in CASES])
def test_habits(case: Path, tmp_path: Path) -> None:
    said = yaml.safe_load(case.read_text())
    described = [node(path, file) for file, paths in said["described"].items() for path in paths]
    undescribed = [node(path, None) for path in said["expected"]]
    places = find_places(tmp_path, [*described, *undescribed], tuple(TYPES))
    assert {one.unique_id: places[one.unique_id].path for one in undescribed} == said["expected"]
    for one in described:
        assert places[one.unique_id].path == one.patch_path
        assert places[one.unique_id].exists


def test_the_order_of_nodes_does_not_matter(tmp_path: Path) -> None:
    for case in CASES:
        said = yaml.safe_load(case.read_text())
        nodes = [node(path, file) for file, paths in said["described"].items() for path in paths]
        nodes += [node(path, None) for path in said["expected"]]
        forward, backward = (find_places(tmp_path, order, tuple(TYPES)) for order in (nodes, nodes[::-1]))
        assert forward == backward, case.stem


def test_a_file_that_is_there_without_an_entry_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "_models.yml").write_text("version: 2\n")
    place = find_places(tmp_path, [node("models/orders.sql", None)], ("models",))["models/orders.sql"]
    assert place == PropertyPlace("models/_models.yml", "models", "orders", exists=False, file_exists=True)
