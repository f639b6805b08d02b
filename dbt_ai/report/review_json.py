"""A review as JSON. The form is documented in docs/json.md and changes only with `SCHEMA_VERSION`."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from dbt_ai.report.json_report import SCHEMA_VERSION, to_json
from dbt_ai.reviews import Review, ReviewedModel


def review_json(review: Review) -> str:
    """The review as one JSON object: what was changed, a model an entry, findings, suggestions, notices."""
    found = {
        "schema_version": SCHEMA_VERSION,
        "job": "review",
        "base": review.base,
        "summary": {
            "models": len(review.models),
            "findings": dict(Counter(one.code for one in review.findings)),
            "failing": list(review.failing),
        },
        "models": [_model(model) for model in review.models],
        "findings": [asdict(one) for one in review.findings],
        "suggestions": [asdict(one) for one in review.suggestions],
        "notices": list(review.notices),
    }
    return to_json(found)


def _model(model: ReviewedModel) -> dict[str, Any]:
    verdict = model.compared.verdict
    told = {} if verdict is None else {"verdict": verdict.kind.value, "reason": verdict.reason}
    more = {} if verdict is None else {"detail": verdict.detail, "where": verdict.where}
    return {
        "node": model.unique_id,
        "path": model.path,
        "change": model.change.value,
        "verdict": {**told, **more} or None,
        "columns": asdict(model.compared.columns),
        "changed": list(model.compared.changed),
        "other_rows": model.compared.other_rows,
        "example": None
        if model.compared.before is None or model.compared.after is None
        else {
            "tables": [asdict(table) for table in model.compared.tables],
            "before": asdict(model.compared.before),
            "after": asdict(model.compared.after),
        },
        "on_data": None
        if model.compared.on_data is None
        else dict(zip(("rows_before", "rows_after", "only_before", "only_after"), model.compared.on_data, strict=True)),
        "config": [dict(zip(("name", "before", "after"), one, strict=True)) for one in model.config],
        "affected": [{**asdict(one), "columns": list(one.columns)} for one in model.affected],
        "exposures": list(model.exposures),
    }
