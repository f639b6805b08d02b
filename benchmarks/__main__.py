"""Run one benchmark by name: the last line it prints is one JSON object with its figures."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Sequence

import benchmarks

_NO_BENCHMARKS = frozenset({"__main__", "projects"})


def names() -> list[str]:
    """The names of all benchmarks that are here."""
    found = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return sorted(name for name in found if name not in _NO_BENCHMARKS and not name.startswith("_"))


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark that the first argument names with the others; 2 where there is none of that name."""
    if not arguments or arguments[0] not in names():
        asked = f"There is no benchmark {arguments[0]!r}. " if arguments and not arguments[0].startswith("-") else ""
        print(f"{asked}Usage: python -m benchmarks NAME [--quick]. Names: {', '.join(names())}.", file=sys.stderr)
        return 2
    result = importlib.import_module(f"benchmarks.{arguments[0]}").main(list(arguments[1:]))
    return int(result or 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
