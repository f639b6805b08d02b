"""What `dbtai distill` refuses before anything is taught."""

from __future__ import annotations

import pytest

from dbt_ai.cli.distill import check_terms
from dbt_ai.distill.pairs import CASE, CORRECTION, PERSON, Pair
from dbt_ai.errors import UsageError


def pair(teacher: str) -> Pair:
    return Pair("model", "computed", "Describe.", "column: a", '{"description": "A."}', teacher)


def test_texts_of_a_model_are_taught_only_where_its_terms_were_read() -> None:
    people = [pair(CASE), pair(PERSON), pair(CORRECTION)]
    check_terms(people, accepted=False)
    with pytest.raises(UsageError, match=r"Texts of large-1, large-2 would be taught, .* --accept-terms"):
        check_terms([*people, pair("large-2"), pair("large-1")], accepted=False)
    check_terms([*people, pair("large-1")], accepted=True)
