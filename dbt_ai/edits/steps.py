"""From the edits of one file to changes of its text: what is there, what is refused, what belongs together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dbt_ai.edits import data_tests, macros, unit_tests
from dbt_ai.edits.data_tests import KEYS, Identity
from dbt_ai.edits.files import PropertyFile
from dbt_ai.edits.guard import same
from dbt_ai.edits.locate import Act, Locator, Spot, described, merged
from dbt_ai.edits.reasons import RefusalError, refusal
from dbt_ai.edits.texts import JINJA, doc_call, normalise, protect, unprotect
from dbt_ai.edits.tree import Alias, Mapping, Scalar
from dbt_ai.edits.tree import Sequence as SequenceNode
from dbt_ai.values import Edit, MacroEdit, Refusal, TestEdit, UnitTestEdit

PropertyEdit = Edit | TestEdit | UnitTestEdit | MacroEdit
WHOLE = (UnitTestEdit, MacroEdit)  # edits that add a whole entry, which stands in a section of its own


@dataclass(frozen=True)
class Step:
    """One edit with its spot, and what will be written: a text, or the item of a list. `identity` is a data test's."""

    edit: PropertyEdit
    spot: Spot
    value: Any
    identity: Identity | None = None

    @property
    def text(self) -> str | None:
        """The description as written, None where the edit is of something else."""
        return self.value if isinstance(self.edit, Edit) else None

    @property
    def column(self) -> str | None:
        """The column that it is about."""
        return None if isinstance(self.edit, WHOLE) else self.edit.column

    @property
    def name(self) -> str:
        """The name of the entry that it is about: a node, a source's table, a unit test, a macro."""
        if isinstance(self.edit, WHOLE):
            return str(self.value["name"])
        return self.edit.place.table or self.edit.place.name

    @property
    def version(self) -> str | None:
        """The version of the model that it is about."""
        return None if isinstance(self.edit, WHOLE) else self.edit.place.version


@dataclass(frozen=True)
class Unit:
    """Steps that make one change of the text: one, or the several that share an anchor or a version's column."""

    steps: tuple[Step, ...]

    @property
    def first(self) -> Step:
        return self.steps[0]


@dataclass
class Steps:
    """What becomes of the edits of one file: `units` to be written, edits that are `there` already, and `refused`
    ones. `located` are all steps that have a place."""

    units: list[Unit] = field(default_factory=list)
    there: list[PropertyEdit] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    located: list[Step] = field(default_factory=list)


def read_steps(file: PropertyFile, before: Any, edits: Sequence[PropertyEdit]) -> Steps:
    """The steps of `edits` in `file`, whose loaded data is `before`."""
    locator = Locator(file.root, [edit for edit in edits if not isinstance(edit, WHOLE)])
    steps = Steps()
    grouped: dict[tuple[object, ...], list[Step]] = {}
    tests: dict[tuple[object, ...], tuple[object, ...]] = {}
    for edit in edits:
        try:
            step = _step(locator, edit)
            group = _group(step)
            if step.identity is not None:
                known = tests.setdefault(_test_key(step, step.identity), group)
                if known != group or _test_is_there(before, step, step.identity):
                    steps.there.append(edit)
                    continue
            grouped.setdefault(group, []).append(step)
            steps.located.append(step)
        except RefusalError as error:
            steps.refused.append(refusal(edit, error.reason))
    for of_group in grouped.values():
        try:
            if _is_change(file, before, of_group):
                steps.units.append(Unit(tuple(of_group)))
            else:
                steps.there += [step.edit for step in of_group]
        except RefusalError as error:
            steps.refused += [refusal(step.edit, error.reason) for step in of_group]
    return steps


def _step(locator: Locator, edit: PropertyEdit) -> Step:
    if isinstance(edit, UnitTestEdit):
        return Step(edit, locator.section(unit_tests.SECTION), unit_tests.prepared(edit.unit_test))
    if isinstance(edit, MacroEdit):
        return Step(edit, locator.section(macros.SECTION), macros.prepared(edit.macro))
    spot = locator.find(edit)
    if isinstance(edit, Edit):
        return Step(edit, spot, (doc_call if edit.doc_call else protect)(edit.text))
    item = data_tests.prepared(edit.test)
    return Step(edit, spot, item, data_tests.identity(item, edit.column))


def _group(step: Step) -> tuple[object, ...]:
    """Equal for the steps that change the same place of the text."""
    spot, what = step.spot, step.identity
    if spot.act is Act.ENTRY:
        return (spot.act, spot.path, spot.kind, step.name, step.column, what)
    assert spot.mapping is not None
    holder: object = spot.mapping
    key = "columns" if spot.act is Act.COLUMN else tests_key(spot.mapping) if what is not None else None
    found = spot.mapping.get(key) if key else None
    holder = found if isinstance(found, SequenceNode) else spot.mapping
    return (spot.act, id(holder), step.column if spot.act is Act.COLUMN else None, what)


def _test_key(step: Step, identity: Identity) -> tuple[object, ...]:
    """Equal for the steps that add the same test to the same version of a node, wherever they add it."""
    assert isinstance(step.edit, TestEdit)
    place = step.edit.place
    node = (place.section, place.name, place.table, place.version)
    return (*node, identity.name, identity.column, identity.arguments, identity.conditions)


def _test_is_there(before: Any, step: Step, identity: Identity) -> bool:
    """True where the node has the test. Raises RefusalError where it has it under other conditions."""
    if step.spot.node is None:
        return False
    node = before
    for part in step.spot.node:
        node = node[part]
    alike = [one for one in data_tests.existing(node, step.version) if one.same_check(identity)]
    if any(one.conditions == identity.conditions for one in alike):
        return True
    if any(one.label == identity.label for one in alike):
        raise RefusalError("test-differs")
    return False


def tests_key(mapping: Mapping) -> str | None:
    """The key that the tests of an entry stand under, None where it has none.

    Raises RefusalError where it has both or one twice, or where a merge key brings them.
    """
    found = [key for key in KEYS for _ in mapping.all(key)]
    full = [key for key in found if not _is_empty(mapping.get(key))]
    if "tests" in full and len(set(found)) > 1:  # dbt takes an empty `tests` beside the other, and nothing else
        raise RefusalError("tests-and-data-tests")
    if len(found) > len(set(found)):
        raise RefusalError("duplicate-key")
    if any(merged(mapping, key) is not None for key in KEYS):
        raise RefusalError("shared-anchor")
    return found[0] if found else None


def _is_empty(value: object) -> bool:
    return (isinstance(value, Scalar) and value.is_empty) or (isinstance(value, SequenceNode) and not value.items)


def _is_change(file: PropertyFile, before: Any, steps: Sequence[Step]) -> bool:
    """False where it is there already. Raises RefusalError where the steps do not agree with the file."""
    first = steps[0]
    spot = first.spot
    if isinstance(first.edit, WHOLE):
        if not all(same(step.value, first.value) for step in steps):
            raise RefusalError("conflicting-texts")
        kind = unit_tests if isinstance(first.edit, UnitTestEdit) else macros
        return not kind.is_there(before, first.value)
    if spot.act is Act.CHANGE and spot.mapping is not None:
        if first.identity is not None:
            _check_tests(spot.mapping)
        elif _is_described(spot.mapping, steps):
            return False
    elif any(isinstance(step.edit, Edit) and step.edit.replaces is not None for step in steps):
        raise RefusalError("changed-since")
    if spot.act is not Act.CHANGE and JINJA.search(first.column or first.name):
        raise RefusalError("jinja-name")
    seen = {(step.spot.path, step.version) for step in steps}
    uses = _uses(file, first)
    differ = first.identity is None and len({step.text for step in steps}) > 1
    if differ or len(seen) < uses * spot.needed:
        raise RefusalError(
            "shared-anchor" if uses > 1 else "shared-version" if spot.needed > 1 else "conflicting-texts"
        )
    return True


def _check_tests(mapping: Mapping) -> None:
    """Raise RefusalError unless the tests of `mapping` are a list, or none yet."""
    key = tests_key(mapping)
    value = mapping.get(key) if key is not None else None
    if value is not None and not isinstance(value, SequenceNode) and not _is_empty(value):
        raise RefusalError("unusual-layout")


def _is_described(mapping: Mapping, steps: Sequence[Step]) -> bool:
    """True where the text is there already. Raises RefusalError where it is not the one to be replaced."""
    if len(mapping.all("description")) > 1:
        raise RefusalError("duplicate-key")
    found = mapping.get("description") or merged(mapping, "description")
    if all(isinstance(found, Scalar) and normalise(found.value) == step.text for step in steps):
        return True
    for step in steps:
        if isinstance(step.edit, Edit):
            _agree(mapping, step.edit)
    return False


def _uses(file: PropertyFile, step: Step) -> int:
    spot = step.spot
    if spot.mapping is None:
        return 1
    key: str | None = {Act.COLUMN: "columns", Act.ENTRY: spot.kind, Act.CHANGE: ""}[spot.act]
    if spot.act is Act.CHANGE and step.identity is not None:
        key = tests_key(spot.mapping)
    value = spot.mapping.get(key) if key else None
    return file.uses[id(value if isinstance(value, SequenceNode) else spot.mapping)]


def _agree(mapping: Mapping, edit: Edit) -> None:
    """Raise RefusalError unless the description of `mapping` is the one that `edit` means to replace."""
    own = mapping.all("description")
    found = mapping.get("description")
    if edit.replaces is None:
        if described(mapping):
            raise RefusalError("already-described")
        return
    if not isinstance(found, Scalar):
        raise RefusalError("shared-anchor" if merged(mapping, "description") is not None else "changed-since")
    if isinstance(own[0][1], Alias):
        raise RefusalError("shared-anchor")
    if normalise(edit.replaces) not in (normalise(found.value), unprotect(found.value)):
        raise RefusalError("changed-since")
