"""Derived texts for gathered nodes: a pure function of SQL, data and what people wrote, whatever was selected."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from dbt_ai.checks.text_guard import hostile
from dbt_ai.evidence.masking import masked
from dbt_ai.evidence.secrets import is_secret
from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import ColumnKind, ColumnRef, same_name
from dbt_ai.tasks.derived.columns import describe_column
from dbt_ai.tasks.derived.entities import entity
from dbt_ai.tasks.derived.models import describe_relation
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Sentence, Strength, World
from dbt_ai.tasks.gathering import columns_of
from dbt_ai.values import Target, Verdict, VerdictKind

_DESCRIPTION = "description"
Refuted = Callable[[Target, str], bool]  # whether a check says that a text is false for a target
References = Mapping[tuple[str, str], tuple[ColumnRef, Verdict]]


@dataclass(frozen=True)
class HumanText:
    """A person's text for a column (or an engine's that was checked and written), rendered, and its doc() call."""

    text: str
    doc_call: str | None = None


@dataclass(frozen=True)
class Drafts:
    """Derived texts by target, and what was known when they were made."""

    by_target: Mapping[Target, Draft]
    world: World


def draft_all(
    evidence: Mapping[str, Evidence],
    names: Mapping[str, str],
    human: Mapping[tuple[str, str], HumanText],
    references: References,
    dialect: str,
    refuted: Refuted,
    data_keys: frozenset[str] = frozenset(),
    wanted: Collection[str] | None = None,
) -> Drafts:
    """Drafts for every column and node of `evidence` (parents first, as gathered); with `wanted`, for these nodes and
    the columns that theirs may take words from.

    `names` are the names that readers know the nodes by, `human` the texts that people wrote, by (unique_id, column in
    lower case), `references` the columns known to refer to another relation.
    """
    keys = {u: found.relation.unique_keys for u, found in evidence.items()}
    entities = {u: entity(found.name, keys[u]) for u, found in evidence.items()}
    drafts: dict[tuple[str, str], Draft] = {
        key: Draft(_as_written(text), Strength.HUMAN, doc_call=text.doc_call) for key, text in human.items()
    }
    read: dict[tuple[str, str], tuple[str, str, tuple[str, str] | None]] = {}
    for source, column, child, is_renamed in _read_as(evidence):
        if is_renamed:
            read.setdefault(source, (column, names[child], None))
    for source, column, child, factor in _converted(evidence):
        read.setdefault(source, (column, names[child], factor))
    drafts.update(_filled_back(evidence, human, drafts, refuted))
    world = World(dialect, names, entities, keys, evidence, drafts, references, read, data_keys)
    by_target: dict[Target, Draft] = {}
    needed = _needed(evidence, wanted) if wanted is not None else None
    for unique_id, found in evidence.items():
        for name in columns_of(found):
            key = (unique_id, name.casefold())
            target = Target(unique_id, name)
            if key in human or (needed is not None and key not in needed):
                continue
            draft = drafts.get(key) or _describe(target, found, world, refuted)
            if draft is not None:
                drafts[key] = draft
                by_target[target] = draft
        if wanted is not None and unique_id not in wanted:
            continue
        target = Target(unique_id)
        draft = describe_relation(found, world)
        if draft is not None and not any(_falls(target, part, refuted) for part in (draft.main, *draft.further)):
            by_target[target] = draft
    return Drafts(by_target, world)


def _needed(evidence: Mapping[str, Evidence], wanted: Collection[str]) -> set[tuple[str, str]]:
    """The columns of the wanted nodes and, up the lineage, those whose values they pass on."""
    waiting = [(u, name.casefold()) for u in wanted if u in evidence for name in columns_of(evidence[u])]
    needed: set[tuple[str, str]] = set()
    while waiting:
        unique_id, name = key = waiting.pop()
        if key in needed:
            continue
        needed.add(key)
        facts = evidence[unique_id].facts if unique_id in evidence else None
        column = facts.column(name) if facts else None
        if column and column.kind in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED):
            waiting += [(source.relation, source.column.casefold()) for source in column.sources]
    return needed


def _describe(target: Target, evidence: Evidence, world: World, refuted: Refuted) -> Draft | None:
    """The column's draft without what a check refutes: an inherited text that is false here gives way to facts."""
    name = target.column or ""
    facts = evidence.facts.column(name) if evidence.facts else None
    profile = evidence.profile.column(name) if evidence.profile else None
    context = ColumnContext(name, evidence, world, facts, profile)
    draft = describe_column(context)
    if draft is not None and _falls(target, draft.main, refuted):
        alone = replace(world, drafts={}, keys={**world.keys, target.unique_id: ()})
        draft = describe_column(replace(context, world=alone))
        if draft is not None and _falls(target, draft.main, refuted):
            return None
    if draft is None:
        return None
    return replace(draft, further=tuple(part for part in draft.further if not _falls(target, part, refuted)))


def _falls(target: Target, sentence: Sentence, refuted: Refuted) -> bool:
    """Whether a sentence may not stand: a check refutes it, or it quotes a value that is private, or that a stranger
    chose with care. What a person wrote upstream is told as it is, unless dbt has put a secret into it."""
    text = sentence.text
    if sentence.verdict.basis == _DESCRIPTION:
        unfit = is_secret(text)
    else:
        unfit = hostile(text) is not None or masked(text) != text
    return unfit or refuted(target, text)


def _as_written(human: HumanText) -> Sentence:
    return Sentence(human.text, Verdict(VerdictKind.HOLDS, "a person wrote it upstream", basis=_DESCRIPTION))


def _read_as(evidence: Mapping[str, Evidence]) -> Iterator[tuple[tuple[str, str], str, str, bool]]:
    """Every column that a model takes row by row from one relation: (source, name there, model, renamed)."""
    for unique_id, found in evidence.items():
        for column in found.facts.columns if found.facts else ():
            if column.kind not in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED) or len(column.sources) != 1:
                continue
            source = column.sources[0]
            if not column.grain_kept or found.facts is None or found.facts.rows_of != source.relation:
                continue
            renamed = not same_name(source.column, column.name)
            yield (source.relation, source.column.casefold()), column.name, unique_id, renamed


def _converted(evidence: Mapping[str, Evidence]) -> Iterator[tuple[tuple[str, str], str, str, tuple[str, str]]]:
    """Every column that is nothing but one column of another relation times or divided by a number."""
    for unique_id, found in evidence.items():
        for column in found.facts.columns if found.facts else ():
            plain = column.aggregate is None and column.window is None and not column.branches
            if column.factor and plain and column.default_sql is None and len(column.sources) == 1:
                source = column.sources[0]
                yield (source.relation, source.column.casefold()), column.name, unique_id, column.factor


def _filled_back(
    evidence: Mapping[str, Evidence],
    human: Mapping[tuple[str, str], HumanText],
    drafts: Mapping[tuple[str, str], Draft],
    refuted: Refuted,
) -> dict[tuple[str, str], Draft]:
    """Texts for undocumented columns of sources and seeds from the models that read them, where these agree."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for source, column, child, _ in _read_as(evidence):
        known = evidence.get(source[0])
        if source in human or known is None or known.resource_type not in ("source", "seed"):
            continue
        if (child, column.casefold()) in human:
            found.setdefault(source, set()).add((child, column.casefold()))
    filled = {}
    for source, readers in found.items():
        texts = {human[reader].text for reader in readers}
        if len(texts) == 1:
            draft = drafts[min(readers)]
            if not refuted(Target(*source), draft.text):
                filled[source] = draft
    return filled


_DOC_CALL = re.compile(r"""\A\s*\{\{\s*doc\(\s*(['"])[^'"{}]+\1(\s*,\s*(['"])[^'"{}]+\3)?\s*\)\s*\}\}\s*\Z""")


def doc_call(raw: str | None) -> str | None:
    """The `{{ doc('...') }}` call that `raw` is as a whole, else None."""
    return raw.strip() if raw and _DOC_CALL.match(raw) else None
