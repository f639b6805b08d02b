"""What a hook found: one line a finding, or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from dbt_ai.values import HookFinding

SCHEMA_VERSION = 1
_UNSEEN = re.compile(r"[^\S ]+|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")


def hook_text(findings: Sequence[HookFinding], notices: Sequence[str]) -> str:
    """`file:line: what, and what to do [code]`, one line a finding, then what could not be seen."""
    lines = []
    for one in findings:
        mended = "written: " if one.fixed else ""
        lines.append(f"{one.path}:{one.line}: {mended}{one.sentence} [{one.code}]")
    lines += [f"Note  {notice}" for notice in notices]
    return "".join(_UNSEEN.sub(" ", line) + "\n" for line in lines)


def hook_json(hook: str, findings: Sequence[HookFinding], notices: Sequence[str]) -> str:
    """The same as one JSON object, as docs/pre-commit.md describes it."""
    told = {
        "schema_version": SCHEMA_VERSION,
        "job": f"hook {hook}",
        "summary": {"findings": len(findings), "fixed": sum(one.fixed for one in findings)},
        "findings": [
            {
                "path": one.path,
                "line": one.line,
                "code": one.code,
                "node": one.target.unique_id,
                "column": one.target.column,
                "sentence": one.sentence,
                "fixed": one.fixed,
            }
            for one in findings
        ],
        "notices": list(notices),
    }
    return json.dumps(told, indent=2) + "\n"
