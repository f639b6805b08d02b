"""dbt-colibri over target/manifest.json and catalog.json, run by the Python that has it. Imports nothing of ours but
the measuring of memory, which is plain Python."""

from __future__ import annotations

import json
import logging
import runpy
import sys
import time
from pathlib import Path


def main(target: Path) -> None:
    """Trace the project whose artifacts are in `target` and print the figures as one JSON object."""
    from dbt_colibri.lineage_extractor.extractor import (  # type: ignore[import-not-found]
        DbtColumnLineageExtractor,
    )

    logging.disable(logging.CRITICAL)
    peak_mb = runpy.run_path(str(Path(__file__).with_name("_measured.py")))["peak_mb"]
    wall, cpu = time.perf_counter(), time.process_time()
    extractor = DbtColumnLineageExtractor(str(target / "manifest.json"), str(target / "catalog.json"))
    parents = extractor.extract_project_lineage()["lineage"]["parents"]
    figures = {
        "way": "dbt-colibri",
        "cpu": round(time.process_time() - cpu, 3),
        "wall": round(time.perf_counter() - wall, 3),
        "peak_mb": peak_mb(),
        "columns_with_edges": sum(1 for columns in parents.values() for sources in columns.values() if sources),
        "failed": 0,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
