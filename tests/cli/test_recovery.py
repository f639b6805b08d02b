"""What a killed run left half written is put back before dbt reads it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.doors import dbtai

# Half of a write: the first of two files has its new content, which dbt cannot parse, when the process is killed.
KILLED = """
import os, signal, sys
from pathlib import Path
from dbt_ai.edits.journal import Entry, Record, digest, journal, new_token
root = Path(sys.argv[1])
first, second = "models/marts/_marts.yml", "models/staging/_staging.yml"
new = b"version: 2\\nmodels: [{broken"
entries = tuple(Entry(path, (root / path).read_bytes(), digest(new)) for path in (first, second))
with journal(root) as held:
    held.write(Record(new_token(), (), entries))
    (root / first).write_bytes(new)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("in_the_way", [False, True])
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_half_written_files_are_put_back_before_dbt_parses(in_the_way: bool, bakery: Path) -> None:
    if in_the_way:
        (bakery / ".dbt_ai").write_text("no folder", encoding="utf-8")
    before = (bakery / "models/marts/_marts.yml").read_bytes()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(bakery)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (bakery / "models/marts/_marts.yml").read_bytes() != before
    done = dbtai(bakery, "document", "--engine", "derived", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert (bakery / "models/marts/_marts.yml").read_bytes() == before
