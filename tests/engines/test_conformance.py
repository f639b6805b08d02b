"""Each shape of server times each fault: what must happen in a cell is known by the kind of the fault."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.servers import matrix
from tests.servers.matrix import Cell
from tests.servers.shapes import SHAPES


@pytest.fixture(scope="module")
def cells() -> Mapping[tuple[str, str], Cell]:
    """All cells, run once beside each other."""
    return {(cell.shape, cell.fault): cell for cell in matrix.run()}


@pytest.mark.parametrize("fault", matrix.kinds())
@pytest.mark.parametrize("shape", SHAPES)
def test_a_cell(cells: Mapping[tuple[str, str], Cell], shape: str, fault: str) -> None:
    cell = cells[shape, fault]
    assert cell.wrong == ""
    assert cell.requests <= 8, "a server is asked again and again"
