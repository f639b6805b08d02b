"""Stands in for the tasks behind dbt's door, in the dbt processes that the tests of the door start.

`run` prints, as JSON, what it was given and what the reader can do; RECORDER_EXIT and RECORDER_ERROR tell it to fail.
"""

import json
import os
import sys
from types import ModuleType


def run(command, reader, arguments):
    from dbt_ai.errors import ProjectError
    from dbt_ai.project.values import Selection

    if "RECORDER_ERROR" in os.environ:
        raise ProjectError(os.environ["RECORDER_ERROR"])
    if "RECORDER_CRASH" in os.environ:
        raise KeyError("a mistake of ours")
    selection = Selection(
        tuple(arguments.get("select", ())),
        tuple(arguments.get("exclude", ())),
        arguments.get("selector"),
        arguments.get("state"),
    )
    selected = reader.select(selection, ["model", "source", "seed", "snapshot"])
    compiled = reader.compile(selected)
    print(
        json.dumps(
            {
                "command": command,
                "arguments": arguments,
                "project": reader.project.name,
                "selected": selected,
                "compiled": {uid: one.sql for uid, one in compiled.items() if one.sql is not None},
                "failed": {uid: one.error for uid, one in compiled.items() if one.error is not None},
            }
        )
    )
    return int(os.environ.get("RECORDER_EXIT", "0"))


operations = ModuleType("dbt_ai.cli.operations")
operations.run = run
sys.modules["dbt_ai.cli.operations"] = operations
