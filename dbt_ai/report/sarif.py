"""A review as SARIF 2.1.0, which code hosts show beside the lines of a pull request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote

from dbt_ai.reviews import Review, ReviewFinding

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def review_sarif(review: Review, reasons: Mapping[str, str]) -> str:
    """The findings; `reasons` is a sentence for each code. What fails the review is an error, the rest is a note."""
    codes = sorted({one.code for one in review.findings})
    driver = {
        "name": "dbtai",
        "version": _version(),
        "rules": [{"id": code, "shortDescription": {"text": reasons[code]}} for code in codes],
    }
    results = [
        _result(one, codes.index(one.code), one.code in review.failing, review.prefix) for one in review.findings
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _result(one: ReviewFinding, rule: int, fails: bool, prefix: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(prefix + one.path), "uriBaseId": "%SRCROOT%"}}
    place["region"] = {"startLine": one.line or 1}
    return {
        "ruleId": one.code,
        "ruleIndex": rule,
        "level": "error" if fails else "note",
        "message": {"text": one.sentence},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"dbtai/v1": f"{one.code}:{one.unique_id}"},
    }


def _version() -> str:
    try:
        return version("dbtai")
    except PackageNotFoundError:  # it runs from a folder
        return "0"
