"""The conformance matrix: each shape of server times each fault, against real HTTP servers on loopback.

`python -m benchmarks transport [--quick]`: `--quick` leaves out the cells that wait for a time-out.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence

from tests.servers import matrix
from tests.servers.matrix import Cell
from tests.servers.shapes import SHAPES

_WIDTH = 10


def main(arguments: Sequence[str]) -> int:
    """Print the table and the figures as one JSON object; 1 where a cell is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks transport", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the cells that wait for a time-out")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    cells = matrix.run(quick=options.quick)
    _print_table(cells)
    wrong = [cell for cell in cells if cell.wrong]
    for cell in wrong:
        print(f"WRONG {cell.shape}, {cell.fault}: {cell.wrong}")
    figures = {
        "cells": len(cells),
        "failed": len(wrong),
        "shapes": len(SHAPES),
        "faults": len(cells) // len(SHAPES),
        "requests": sum(cell.requests for cell in cells),
        "seconds": round(time.monotonic() - started, 1),
    }
    print(json.dumps(figures))
    return 1 if wrong else 0


def _print_table(cells: Sequence[Cell]) -> None:
    """Shapes as columns, faults as rows: what happened, and after how many requests where it was more than one."""
    happened = {(cell.shape, cell.fault): cell for cell in cells}
    print(f"{'':<28}" + "".join(f" {name[: _WIDTH + 2]:<{_WIDTH + 2}}" for name in SHAPES))
    for fault in dict.fromkeys(cell.fault for cell in cells):
        row = (_shown(happened[shape, fault]) for shape in SHAPES)
        print(f"{fault:<28}" + "".join(f" {text:<{_WIDTH + 2}}" for text in row))


def _shown(cell: Cell) -> str:
    if cell.wrong:
        return "WRONG"
    return cell.happened if cell.requests == 1 else f"{cell.happened} {cell.requests}"
