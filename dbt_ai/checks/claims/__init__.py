"""What a description asserts, read sentence by sentence and checked against SQL and data.

sentences = check_claims(read_claims(text, context), context, connection)
kept = " ".join(sentence.text for sentence in sentences if sentence.writable)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dbt_ai.checks.claims import (
    aggregate,
    between,
    computed_as,
    conversion,
    flag,
    from_column,
    names,
    not_null,
    null_when,
    one_of,
    order,
    references,
    row_per,
    rows_where,
    unique,
    unit,
)
from dbt_ai.checks.claims.context import CheckedSentence, ClaimContext, Sentence, SentenceClaims
from dbt_ai.checks.claims.data import Data, DataUnavailable
from dbt_ai.checks.claims.sentences import sentences
from dbt_ai.checks.claims.verdicts import unproven
from dbt_ai.values import Claim, ClaimKind, Verdict, VerdictKind

if TYPE_CHECKING:
    import duckdb

__all__ = ["CheckedSentence", "ClaimContext", "SentenceClaims", "check_claims", "contradictions", "read_claims"]

_READERS: Sequence[Callable[[Sentence, ClaimContext], Iterator[Claim]]] = (
    row_per.read,
    unique.read,
    not_null.read,
    null_when.read,
    one_of.read,
    flag.read,
    between.read,
    aggregate.read,
    from_column.read,
    computed_as.read,
    references.read,
    unit.read,
    conversion.read,
    rows_where.read,
    order.read,
    names.read,
)
_CHECKS: Mapping[ClaimKind, Callable[[Claim, ClaimContext, Data | None], Verdict]] = {
    ClaimKind.ROW_PER: row_per.check,
    ClaimKind.UNIQUE: unique.check,
    ClaimKind.NOT_NULL: not_null.check,
    ClaimKind.NULL_WHEN: null_when.check,
    ClaimKind.ONE_OF: one_of.check,
    ClaimKind.BETWEEN: between.check,
    ClaimKind.AGGREGATE: aggregate.check,
    ClaimKind.FROM_COLUMN: from_column.check,
    ClaimKind.REFERENCES: references.check,
    ClaimKind.UNIT: unit.check,
    ClaimKind.CONVERSION: conversion.check,
    ClaimKind.NAMES: names.check,
}


def read_claims(text: str, context: ClaimContext) -> tuple[SentenceClaims, ...]:
    """The sentences of `text`, each with its place and the claims in it that a check can decide.

    >>> from dbt_ai.values import Target
    >>> found = read_claims("Never NULL. First name.", ClaimContext(Target("model.shop.customers", "first_name")))
    >>> [(sentence.text, [claim.kind.value for claim in sentence.claims]) for sentence in found]
    [('Never NULL.', ['not_null']), ('First name.', [])]
    """
    return tuple(
        SentenceClaims(
            found.text, found.start, found.end, tuple(claim for read in _READERS for claim in read(found, context))
        )
        for found in sentences(text)
    )


def check_claims(
    claims: Iterable[SentenceClaims],
    context: ClaimContext,
    connection: duckdb.DuckDBPyConnection | None = None,
    seconds: float = 20.0,
) -> tuple[CheckedSentence, ...]:
    """Each sentence with one verdict per claim; a query that takes longer than `seconds` leaves its claim unproven."""
    data = Data(connection, context.relation, seconds) if connection is not None and context.relation else None
    return tuple(
        CheckedSentence(
            found.text,
            found.start,
            found.end,
            found.claims,
            tuple(_check(claim, context, data) for claim in found.claims),
        )
        for found in claims
    )


def contradictions(
    text: str, context: ClaimContext, connection: duckdb.DuckDBPyConnection | None = None, seconds: float = 20.0
) -> tuple[tuple[Claim, Verdict], ...]:
    """What a person's text asserts and is false.

    Names that cannot be found are left out unless they are `relation.column` of a known relation, and listed values
    that only the data lacks are, too: a person may well speak of things outside the project, and of values to come.
    """
    return tuple(
        (claim, verdict)
        for sentence in check_claims(read_claims(text, context), context, connection, seconds)
        for claim, verdict in zip(sentence.claims, sentence.verdicts, strict=True)
        if verdict.kind is VerdictKind.REFUTED and not _may_be_elsewhere(claim, verdict, context)
    )


def _may_be_elsewhere(claim: Claim, verdict: Verdict, context: ClaimContext) -> bool:
    if claim.kind is ClaimKind.NAMES:
        relation, _, column = str(claim.argument("name")).rpartition(".")
        return not (relation and column and context.keys_named(relation))
    return verdict.reason == "unknown-value" and verdict.where == "duckdb"


def _check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    try:
        return _CHECKS[claim.kind](claim, context, data)
    except DataUnavailable as error:
        return unproven(error.reason, str(error), where="duckdb")
