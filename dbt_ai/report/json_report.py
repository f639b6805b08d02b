"""A report as JSON. The form is documented in docs/json.md and changes only with `SCHEMA_VERSION`."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import asdict
from typing import Any

from dbt_ai.values import Finding, Outcome, OutcomeKind, Report, TierTotals, Verdict

SCHEMA_VERSION = 1
_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def report_to_json(report: Report) -> str:
    """The report as one JSON object: `schema_version`, `job`, `summary`, one entry an outcome, findings, notices."""
    return to_json(report_to_dict(report))


def to_json(content: Any) -> str:
    """Plain values as JSON for people, too: characters that move a terminal's cursor, turn a line around or hide in it
    are escaped, as JSON may."""
    text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def report_to_dict(report: Report) -> dict[str, Any]:
    """As `report_to_json`, as plain Python values."""
    counts = Counter(outcome.kind.value for outcome in report.outcomes)
    return {
        "schema_version": SCHEMA_VERSION,
        "job": report.job,
        "summary": {
            **{kind.value: counts.get(kind.value, 0) for kind in OutcomeKind},
            "findings": len(report.findings),
            "wrote": report.wrote,
        },
        "outcomes": [_outcome(outcome) for outcome in report.outcomes],
        "findings": [_finding(finding) for finding in report.findings],
        "notices": list(report.notices),
        "unfinished": list(report.unfinished),
        "tiers": [_tier(tier) for tier in report.tiers],
        "diff": report.diff,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "node": outcome.target.unique_id,
        "column": outcome.target.column,
        "outcome": outcome.kind.value,
        "text": outcome.text,
        "engine": outcome.engine,
        "verdicts": [_verdict(verdict) for verdict in outcome.verdicts],
        "path": outcome.path,
        "reason": outcome.reason,
        "detail": outcome.detail,
        "citations": [asdict(citation) for citation in outcome.citations],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.kind.value,
        "reason": verdict.reason,
        "detail": verdict.detail,
        "basis": verdict.basis,
        "where": verdict.where,
        "rows": [dict(row) for row in verdict.rows],
    }


def _tier(tier: TierTotals) -> dict[str, Any]:
    return {**asdict(tier), "efforts": dict(tier.efforts)}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "node": finding.target.unique_id,
        "column": finding.target.column,
        "sentence": finding.sentence,
        "columns": list(finding.columns),
        "numbers": dict(finding.numbers),
        "sql": finding.sql,
    }
