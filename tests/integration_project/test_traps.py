"""Every trap of `tests/truths/traps.md` is really in the data, in the draw that tests use and in another one."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from tests.integration_project.build import DATABASE, build
from tests.truths.score import HERE

TRAPS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / "traps").glob("*.sql"))}


@pytest.fixture(scope="session")
def another_draw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project on half the data, of another seed, for two months more. Building it runs its tests on that too."""
    return build(tmp_path_factory.mktemp("another") / "wheelhouse", seed=8, scale=0.5, grow=60)


def test_the_document_and_the_queries_name_the_same_traps() -> None:
    document = (HERE / "traps.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| ([a-z-]+[a-z]) \|", document, re.MULTILINE)[1:] != []
    assert set(re.findall(r"^\| ([a-z-]+[a-z]) \|", document, re.MULTILINE)) - {"trap"} == set(TRAPS)


@pytest.mark.parametrize("name", TRAPS)
@pytest.mark.parametrize("draw", ["built_integration_project", "another_draw"])
def test_the_trap_is_in_the_data(name: str, draw: str, request: pytest.FixtureRequest) -> None:
    project: Path = request.getfixturevalue(draw)
    with duckdb.connect(str(project / DATABASE), read_only=True) as connection:
        assert connection.execute(TRAPS[name]).fetchall(), "the query found no row that shows the trap"
