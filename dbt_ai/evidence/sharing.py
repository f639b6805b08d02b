"""Levels of sharing: how much of the data of a node and of each of its columns an engine may see.

A project sets one, and `meta: {dbt_ai: {share: ...}}` another for a folder, a node or a column: the nearest wins. What
is made of a column is not told more freely than the column itself, unless it says so itself; what holds something of a
person still does under another name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from dbt_ai.errors import UsageError
from dbt_ai.evidence.personal_names import personal_name
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Node
from dbt_ai.sql.values import ColumnFacts, ColumnKind


class Share(str, Enum):
    """How much of the data an engine may see."""

    NOTHING = "nothing"
    STATISTICS = "statistics"
    SAMPLES = "samples"


DECLARED = "declared as personal"
_LEVELS = tuple(Share)
_COUNTED = frozenset(["count", "approx_distinct", "sum", "avg", "stddev", "variance", "count_if"])


@dataclass(frozen=True)
class Sharing:
    """What of one node's data an engine may see. The keys of `columns`, `personal` and `harmless` are in small letters.

    `node` is the level of the whole and of every column that `columns` does not have. `personal` are columns that hold
    something of a person, with what, though their own name and values need not show it; `harmless` are columns whose
    name looks personal and that are said not to be. `data_key` is True where the node's key is one because its data
    says so. `silent` are the nodes of whose data nothing may be told; `compared` the columns, of the node and of what
    it reads, that are personal though their names do not tell: SQL that compares them with a value tells the value.
    """

    node: Share = Share.STATISTICS
    columns: Mapping[str, Share] = field(default_factory=dict)
    personal: Mapping[str, str] = field(default_factory=dict)
    harmless: frozenset[str] = frozenset()
    data_key: bool = False
    silent: frozenset[str] = frozenset()
    compared: frozenset[str] = frozenset()

    def of(self, column: str | None) -> Share:
        """The level of a column, of the node as a whole for None."""
        return self.node if column is None else self.columns.get(column.casefold(), self.node)


def sharing(share: Sharing | Share | str) -> Sharing:
    """`share` for the whole of a node, where it is not given by column. Raises ValueError for a level that is none."""
    return share if isinstance(share, Sharing) else Sharing(Share(share))


def is_personal(levels: Sharing, column: str | None) -> bool:
    """Whether a column holds something of a person, by its name or by what is said of it."""
    if column is None or column.casefold() in levels.harmless:
        return False
    return column.casefold() in levels.personal or personal_name(column) is not None


def sharing_of(
    nodes: Mapping[str, Node],
    evidence: Mapping[str, Evidence],
    default: Share | str = Share.STATISTICS,
    data_keys: Collection[str] = (),
    most: Share | str = Share.SAMPLES,
) -> dict[str, Sharing]:
    """What may be told of each node that there is evidence of (parents before their children, as they are gathered).

    `default` is the project's level, `most` what no `meta` may go beyond; `data_keys` are the nodes whose key rests on
    their data. Raises UsageError, which names the node, for a level in `meta` that does not exist.
    """
    found: dict[str, Sharing] = {}
    for unique_id, one in evidence.items():
        declared = declared_sharing(nodes[unique_id], Share(default), Share(most))
        inherited = _inherited(one, declared, found)
        read = [found[parent] for parent in nodes[unique_id].depends_on if parent in found]
        compared = frozenset(column for each in (inherited, *read) for column in each.personal)
        found[unique_id] = replace(inherited, data_key=unique_id in data_keys, compared=compared)
    silent = frozenset(unique_id for unique_id, one in found.items() if one.node is Share.NOTHING)
    return {unique_id: replace(one, silent=silent) for unique_id, one in found.items()}


def declared_sharing(node: Node, default: Share, most: Share = Share.SAMPLES) -> Sharing:
    """What the property files and dbt_project.yml say of one node. Raises UsageError as `sharing_of` does."""
    level = _level(_ours(node.meta, node.unique_id, ("share",)), node.unique_id) or default
    level = min(level, most, key=_LEVELS.index)
    columns: dict[str, Share] = {}
    personal: dict[str, str] = {}
    harmless: set[str] = set()
    for column in node.columns:
        place = f"{node.unique_id}, column {column.name}"
        ours = _ours(column.meta, place, ("share", "personal"))
        name = column.name.casefold()
        if own := _level(ours, place):
            columns[name] = min(own, most, key=_LEVELS.index)
        said = ours.get("personal")
        if said not in (True, False, None):
            raise UsageError(f"{place}: `personal` in meta.dbt_ai must be true or false, not {said!r}.")
        if said is True:
            personal[name] = DECLARED
        elif said is False:
            harmless.add(name)
    return Sharing(level, columns, personal, frozenset(harmless))


def _ours(meta: Mapping[str, Any], place: str, known: Iterable[str]) -> Mapping[str, Any]:
    ours = meta.get("dbt_ai") if isinstance(meta, Mapping) else None
    if ours is None:
        return {}
    if not isinstance(ours, Mapping):
        raise UsageError(f"{place}: meta.dbt_ai must hold settings such as `share: nothing`, not {ours!r}.")
    unknown = [str(name) for name in ours if name not in known]
    if unknown:
        raise UsageError(f"{place}: meta.dbt_ai has no setting {unknown[0]!r}. There is {', '.join(known)}.")
    return ours


def _level(ours: Mapping[str, Any], place: str) -> Share | None:
    if "share" not in ours:
        return None
    try:
        return Share(ours["share"])
    except ValueError:
        levels = ", ".join(level.value for level in Share)
        raise UsageError(f"{place}: `share` in meta.dbt_ai must be one of {levels}, not {ours['share']!r}.") from None


def _inherited(evidence: Evidence, declared: Sharing, parents: Mapping[str, Sharing]) -> Sharing:
    """`declared` with what the columns that a column is made of say of it."""
    columns, personal = dict(declared.columns), dict(declared.personal)
    for facts in evidence.facts.columns if evidence.facts else ():
        name = facts.name.casefold()
        sources = [(parents[source.relation], source.column) for source in facts.sources if source.relation in parents]
        levels = [parent.of(column) for parent, column in sources]
        if name not in declared.columns and levels:
            columns[name] = min(declared.node, *levels, key=_LEVELS.index)
        if name in personal or name in declared.harmless or not _carries_values(facts):
            continue
        reasons = [reason for parent, column in sources if (reason := _reason(parent, column))]
        if reasons:
            personal[name] = reasons[0]
    return replace(declared, columns=columns, personal=personal)


def _reason(parent: Sharing, column: str) -> str | None:
    name = column.casefold()
    return parent.personal.get(name) or (None if name in parent.harmless else personal_name(column))


def _carries_values(facts: ColumnFacts) -> bool:
    """Whether values of the sources can be seen in the column: a count shows none, nor does a label of the
    SQL's own."""
    labels = facts.domain is not None and facts.kind is ColumnKind.COMPUTED  # else a filter names values that there are
    if labels or (facts.type or "").upper().startswith("BOOL"):
        return False
    aggregate = facts.aggregate
    return facts.kind is not ColumnKind.AGGREGATED or aggregate is None or aggregate.function not in _COUNTED
