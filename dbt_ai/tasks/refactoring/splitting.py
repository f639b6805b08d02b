"""An engine's answer that makes several models of one: what may come of it, and the files that it is.

The model that is there stays the interface, with its name, its columns, its config, its tests and its contract. New
models are SQL over relations in files beside it; where they go and what they are called is checked here, not believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import PurePosixPath

from dbt_ai.evidence.refactor_prompt import NewModel, Rewrite
from dbt_ai.project.values import Node, Project
from dbt_ai.sql.lifting.refusals import refuse
from dbt_ai.sql.lifting.values import Refused
from dbt_ai.sql.lineage import trace
from dbt_ai.sql.query import QueryError, parse_query
from dbt_ai.sql.values import EdgeKind, Relation
from dbt_ai.tasks.drafting import HumanText
from dbt_ai.tasks.refactoring.guarding import call_in, relations_in
from dbt_ai.tasks.refactoring.reading import read_model
from dbt_ai.tasks.refactoring.using import is_plain_import
from dbt_ai.tasks.refactoring.values import Known, ModelText
from dbt_ai.tasks.refactoring.worth import NotWorth, written_alike
from dbt_ai.values import Edit, PropertyPlace

_NAME = re.compile(r"[a-z][a-z0-9_]{2,59}")


def call_of(model: NewModel) -> str:
    """How a new model is read."""
    return f"ref('{model.name}')"


def path_of(node: Node, model: NewModel) -> str:
    """The file of a new model, beside the one that it is a part of."""
    return (PurePosixPath(node.original_file_path).parent / f"{model.name}.sql").as_posix()


def bad_names(project: Project, node: Node, rewrite: Rewrite) -> str | None:
    """Why the new models of an answer cannot be in the project under their names, None where they can."""
    taken = {one.name.casefold() for one in (*project.nodes.values(), *project.disabled)}
    taken |= {one.relation[2].casefold() for one in project.nodes.values()}
    for model in rewrite.models:
        if not _NAME.fullmatch(model.name):
            return f"`{model.name[:60]}` is no name for a model: small letters, digits and _ only."
        if model.name in taken or (project.root / path_of(node, model)).exists():
            return f"There is a `{model.name}` already."
        taken.add(model.name)
    return None


def bad_split(question_text: ModelText, rewrite: Rewrite, known: Known) -> tuple[str, str] | None:
    """The reason code, and what is about it, where an answer is no split of the model into steps."""
    if not rewrite.models:
        return "no-gain", "It has no new model."
    texts: list[ModelText] = []
    for text in (rewrite.text, *(model.text for model in rewrite.models)):
        read = read_model(text, known)
        if not isinstance(read, ModelText):
            return "not-one-select", read
        texts.append(read)
        try:
            refuse(read.outline.tree)
        except Refused as refused:
            return refused.reason, refused.detail
    others = {name for text in texts for name in _written_out(text)} - set(_written_out(question_text))
    if others:
        return "other-relations", f"It reads {min(others)}."
    worse = next(_worse(question_text, texts), None) or _unread(rewrite)
    return ("no-gain", worse) if worse else None


def _worse(before: ModelText, texts: Sequence[ModelText]) -> Iterator[str]:
    if texts[0].text.strip().count("\n") >= before.text.strip().count("\n"):
        yield "The model that stays is not shorter."
    for text in texts[1:]:
        try:
            written_alike(before.outline, text.outline)
        except NotWorth as why:
            yield str(why)
        arms = text.outline.query.arms
        if len(arms) == 1 and not text.outline.query.ctes and is_plain_import(arms[0]):
            yield "A new model hands on a relation as it is."


def _unread(rewrite: Rewrite) -> str | None:
    """Why the models of an answer do not read one another as steps do."""
    new = {call_of(model): model.text for model in rewrite.models}
    reached: set[str] = set()
    waiting = [call for call in new if call in relations_in(rewrite.text)]
    while waiting:
        call = waiting.pop()
        reached.add(call)
        waiting += [other for other in relations_in(new[call]) & new.keys() if other not in reached]
    unread = sorted(new.keys() - reached)
    if unread:
        return f"Nobody reads `{unread[0]}`."
    order = list(new)
    return (
        None
        if any(_in_order(each, new) for each in permutations(order))
        else "Its models read one another in a circle."
    )


def _in_order(order: Sequence[str], new: Mapping[str, str]) -> bool:
    """Whether each of the models, at most three, reads only those that stand before it."""
    return all(not (relations_in(new[call]) & set(order[place:])) for place, call in enumerate(order))


def _written_out(text: ModelText) -> Iterator[str]:
    """The relations that a text names without ref() and source()."""
    ctes = {cte.name.casefold() for _, query in text.outline.query.queries() for cte in query.ctes}
    for table in text.outline.tables:
        name = ".".join(part.name for part in table.parts).casefold()
        if name not in ctes and name not in text.masked.relations:
            yield name


def documented(node: Node, rewrite: Rewrite, known: Known, texts: Mapping[str, HumanText]) -> Iterator[Edit]:
    """The descriptions of columns that the model has from a new one as they are, at the new model, too. `texts` are
    what people wrote of the model's columns, by name in lower case."""
    main = read_model(rewrite.text, known)
    if node.place is None or not isinstance(main, ModelText):
        return
    for model in rewrite.models:
        new = read_model(model.text, known)
        names = _columns(new) if isinstance(new, ModelText) else ()
        islands = main.masked.names.items()
        standing = [name for name, island in islands if call_in(main.islands.written(island)) == call_of(model)]
        relations = [Relation(model.name, (None, None, one), tuple((name, None) for name in names)) for one in standing]
        try:
            edges = trace(parse_query(main.masked.text, known.dialect, relations)).edges if names else ()
        except QueryError:
            continue
        passed = {
            edge.source.column.casefold(): edge.source.column
            for edge in edges
            if edge.kind is EdgeKind.PASS_THROUGH
            and edge.column.casefold() == edge.source.column.casefold()
            and edge.source.relation == model.name
        }
        place = _place(node.place, node.name, model.name)
        for folded, column in passed.items():
            if (text := texts.get(folded)) is not None:
                yield Edit(place, column, text.doc_call or text.text, doc_call=text.doc_call is not None)


def _columns(text: ModelText) -> tuple[str, ...]:
    """The columns of a model, none where not all of them are named."""
    arms = text.outline.query.arms
    items = arms[0].items if arms else ()
    names = tuple(item.name for item in items)
    return () if any(item.is_star or not item.name for item in items) else names


def _place(place: PropertyPlace, name: str, new: str) -> PropertyPlace:
    """Where the properties of a new model go: beside those of the model, or in a file of its own where that has one."""
    path = PurePosixPath(place.path)
    if path.stem.strip("_") == name:
        own = path.with_name(path.name.replace(name, new))
        return PropertyPlace(own.as_posix(), "models", new)
    return PropertyPlace(place.path, "models", new, file_exists=place.file_exists)
