"""Code that stands in models again and again becomes one macro, with its docs and a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from dbt_ai.project.project_file import read_project_file
from dbt_ai.project.values import Node, Project
from dbt_ai.tasks.refactoring.several.making import FilesLeft, Models
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.finding import (
    Finder,
    Group,
    Occurrence,
    apart,
    groups_of,
    in_the_way,
)
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.testing import test_of
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.there import macros_there
from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.writing import Macro, macro_of, with_calls
from dbt_ai.tasks.refactoring.several.values import FilesChange
from dbt_ai.values import MacroEdit

RULE = "expression-into-macro"
NAMES = "names of macros"  # in the memory of a run, by the key of a group
_SHORT = 60


def expression_into_macro(models: Models) -> Iterator[FilesChange | FilesLeft]:
    """What a macro does that is there already, then what is worth a new one, the best first. What cannot be taken out
    of its file is told, where it would be worth it."""
    if models.goal != "macro":
        return
    finder: Finder = models.memory.setdefault(RULE, Finder())
    free: list[Occurrence] = []
    left: list[tuple[Occurrence, str]] = []
    for occurrence in finder.occurrences(models, 1):
        reason = _reason(models, occurrence)
        if reason is None:
            free.append(occurrence)
        else:
            left.append((occurrence, reason))
    for group in groups_of([*free, *(one for one, _ in left)]):
        for occurrence, reason in left:
            if any(occurrence is one for one in group.occurrences):
                sentence = f"`{_short(occurrence)}` stands in the models {len(group.occurrences)} times."
                yield FilesLeft(RULE, occurrence.node.unique_id, occurrence.keys[0], sentence, reason)
    yield from _of_packages(models, finder, groups_of(free))
    yield from _called(models, finder, free)
    for group in groups_of(free):
        yield from _new(models, group)


def _reason(models: Models, occurrence: Occurrence) -> str | None:
    """Why an occurrence stays as it is, as a reason code."""
    if any(models.put_back(occurrence.node, RULE, key) for key in occurrence.keys):
        return "put-back"
    return models.closed.get(occurrence.node.unique_id) or in_the_way(occurrence)


def new_macros(models: Models) -> Iterator[tuple[Group, Macro]]:
    """The macros that would be made of the models as they are, by their groups, the best first."""
    finder: Finder = models.memory.setdefault(RULE, Finder())
    free = [one for one in finder.occurrences(models, 1) if _reason(models, one) is None]
    there = macros_there(models, finder)
    new = [one for one in free if not any(each.stands_for(one) for each in there)]
    for group in groups_of(new):
        macro = macro_of(group, {one.name.casefold() for one in models.project.macro_sql})
        if macro is not None:
            yield group, macro


def _of_packages(models: Models, finder: Finder, groups: Sequence[Group]) -> Iterator[FilesLeft]:
    """What models of packages have of what becomes a macro."""
    project = models.project
    keys = {key for group in groups for key in group.occurrences[0].keys}
    packaged = [
        node
        for node in project.nodes.values()
        if node.package_name != project.name and node.resource_type == "model" and node.language == "sql"
    ]
    for one in finder.occurrences(replace(models, nodes=packaged), 1) if keys else ():
        if keys & set(one.keys):
            sentence = f"`{_short(one)}` becomes a macro of the project."
            yield FilesLeft(RULE, one.node.unique_id, one.keys[0], sentence, "package-model")


def _called(models: Models, finder: Finder, free: Sequence[Occurrence]) -> Iterator[FilesChange]:
    """The changes by which models call macros that are there: one of the project wherever it may stand, one of a
    package where a new one would be worth it."""
    worth = [one for group in groups_of(free) for one in group.occurrences]
    for there in macros_there(models, finder):
        found = [one for one in (free if there.is_own else worth) if there.stands_for(one)]
        if found:
            texts = _texts(apart(found), there.called)
            sentence = f"`{_short(found[0])}` is what the macro {there.called.name} writes."
            if texts:
                yield FilesChange(RULE, found[0].keys[0], sentence, texts)


def _new(models: Models, group: Group) -> Iterator[FilesChange | FilesLeft]:
    """The change that makes the macro of a group."""
    first, project = group.occurrences[0], models.project
    macro = macro_of(group, {one.name.casefold() for one in project.macro_sql})
    names = models.memory.get(NAMES, {}).get(group.key)
    if macro is not None and names is not None and names.arguments.keys() == {one.name for one in macro.arguments}:
        macro = macro.called(names.name, names.description, names.arguments)
    texts = _texts(group.occurrences, macro) if macro is not None else {}
    if macro is None or not texts:
        return
    models_called = sorted({one.node.name for one in group.occurrences})
    sentence = f"`{_short(first)}` stands {len(group.occurrences)} times in {_listed(models_called)}."
    test = test_of(first, macro, _types(models, first.node))
    if test is None:
        yield FilesLeft(RULE, first.node.unique_id, group.key, sentence, "no-macro-test")
        return
    settings = read_project_file(project.root)
    folder = str((settings.get("macro-paths") or ["macros"])[0])
    tests = str((settings.get("test-paths") or ["tests"])[0])
    files = {f"{folder}/{macro.name}.sql": macro.text, f"{tests}/assert_{macro.name}.sql": test, **texts}
    docs = MacroEdit(_property_file(project, folder), _documented(macro, first))
    yield FilesChange(RULE, group.key, sentence, files, edits=(docs,))


def _texts(occurrences: Sequence[Occurrence], macro: Macro) -> Mapping[str, str]:
    """The new texts of the models, by their paths; none where one of them cannot be written."""
    by_path: dict[str, list[Occurrence]] = {}
    texts: dict[str, str] = {}
    for one in occurrences:
        by_path.setdefault(one.node.original_file_path, []).append(one)
    for path, of_file in by_path.items():
        text = with_calls(of_file, macro)
        if text is None:
            return {}
        texts[path] = text
    return texts


def _types(models: Models, node: Node) -> Mapping[str, str]:
    """The types of the columns that a model may read, by their names."""
    read = [one for one in models.known(node).relations if one.key in node.depends_on]
    return {name.casefold(): kind for one in read for name, kind in one.columns if kind}


def _property_file(project: Project, folder: str) -> str:
    """Where macros are documented: a file that does it already, or else `macros.yml`."""
    root = project.root
    for path in sorted(Path(root, folder).rglob("*.y*ml")):
        try:
            content = yaml.safe_load(path.read_bytes())
        except (OSError, yaml.YAMLError):
            continue
        if isinstance(content, dict) and isinstance(content.get("macros"), list):
            return path.relative_to(root).as_posix()
    return f"{folder}/macros.yml"


def _documented(macro: Macro, first: Occurrence) -> Mapping[str, object]:
    """The entry of a property file."""
    arguments = [
        {
            "name": one.name,
            "type": "string"
            if one.column is not None or one.is_text
            else "float"
            if "." in (one.default or "")
            else "integer",
            "description": one.described or "A column, or an expression."
            if one.column is not None
            else f"A literal{f', {one.default} if it is not given' if one.default is not None else ''}.",
        }
        for one in macro.arguments
    ]
    said = f"{macro.described} SQL for `{macro.said}`.".strip()
    return {"name": macro.name, "description": said, "arguments": arguments}


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _short(occurrence: Occurrence) -> str:
    text = " ".join(occurrence.text.split())
    return text if len(text) <= _SHORT else f"{text[:_SHORT].rstrip()}..."
