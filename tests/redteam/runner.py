"""Plays a case on a real project and a real server, and says what escaped."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from tests.redteam.case import Case
from tests.redteam.rules import RULES
from tests.redteam.seen import Escape, Seen, manifest_of
from tests.redteam.speaker import script_of
from tests.redteam.stage import Stage, dbtai, environment_of, lived_in, plant, read_once, set_stage, settle
from tests.redteam.watch import WATCH
from tests.servers.loopback_api import LoopbackAPI

Tamper = Callable[[Stage], None]


def play(case: Case, built: Path, tamper: Tamper | None = None) -> list[Escape]:
    """What escaped when `case` was played on a copy of the project that stage.build built; nothing, as it should be.

    `tamper` is called between the run and the look at what it left: with it a test shows that an escape is seen.
    """
    seen = _played(case, built, tamper)
    return [escape for rule in RULES for escape in rule(case, seen)]


def _played(case: Case, built: Path, tamper: Tamper | None) -> Seen:
    with LoopbackAPI() as elsewhere, LoopbackAPI() as api:
        stage = set_stage(built, elsewhere.base_url)
        environment = environment_of(stage, api.base_url, case.environment)
        command = [case.command, "--engine", "reasoning", "--format", "json", *map(stage.fill, case.arguments)]
        with lived_in(stage, environment):
            for step in case.plant:
                plant(stage, step, command)
            settle(stage)
            api.received.clear()
            api.script = script_of(case.says, stage.fill)
            before = stage.files()
            ports = tuple(int(url.rpartition(":")[2].partition("/")[0]) for url in (api.base_url, elsewhere.base_url))
            as_built = nullcontext() if case.plant or case.environment else read_once(stage)
            with WATCH.over(stage.folder, ports) as deeds, as_built:
                code, out, err = dbtai(command)
                if tamper is not None:
                    tamper(stage)
            after = stage.files()
            manifest, complaint = manifest_of(stage, after) if after != before else (None, "")
        return Seen(
            stage=stage,
            exit=code,
            out=out,
            err=err,
            received=tuple(api.received),
            elsewhere=elsewhere.sent,
            deeds=tuple(deeds),
            before=before,
            after=after,
            manifest=manifest,
            complaint=complaint,
            report=_report(out),
        )


def _report(out: str) -> dict[str, object] | None:
    try:
        found = json.loads(out)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
