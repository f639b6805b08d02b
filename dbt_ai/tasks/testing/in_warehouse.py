"""Tests that hold on the copy of the data, run once more on all rows in the warehouse before they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.masking import MASK, visible
from dbt_ai.evidence.personal_names import personal_name
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Project
from dbt_ai.sql.transpiling import Untranslatable, one_select
from dbt_ai.tasks.testing.choosing import Chosen
from dbt_ai.tasks.testing.proving import Proven
from dbt_ai.tasks.testing.values import Candidate, Role
from dbt_ai.tasks.testing.writing import written
from dbt_ai.values import FileEdit, Verdict, VerdictKind

if TYPE_CHECKING:
    from dbt_ai.project.warehouse import Warehouse

SECONDS = 300.0  # for one test
SHOWN = 5  # of the rows that fail
WHERE = "warehouse"
_COUNT = "n_records"  # what dbt's own tests call a number of rows


@dataclass(frozen=True)
class InWarehouse:
    """Runs tests in a warehouse as dbt would. `folder` is the project's for tests."""

    project: Project
    warehouse: Warehouse
    evidence: Mapping[str, Evidence]
    folder: str

    def verdict(self, candidate: Candidate) -> Verdict:
        """Whether a test holds there: HOLDS, REFUTED with some of the rows that fail, or UNPROVEN with its reason."""
        from dbt_ai.project.warehouse import WarehouseTimeout

        sql = ""
        try:
            sql = self._sql(candidate)
            one_select(sql, self.project.dialect)
            count, names, rows = self.warehouse.failing_rows(sql, SHOWN, SECONDS)
        except WarehouseTimeout as error:
            return Verdict(VerdictKind.UNPROVEN, str(error), "time-limit", sql, where=WHERE)
        except (WarehouseError, Untranslatable) as error:
            detail = f"The warehouse could not run it: {str(error).rstrip('.')}."
            return Verdict(VerdictKind.UNPROVEN, detail, "query-failed", sql, where=WHERE)
        if not count:
            return Verdict(VerdictKind.HOLDS, "It passes on all rows in the warehouse.", basis=sql, where=WHERE)
        detail = f"{count:,} {'row fails' if count == 1 else 'rows fail'} in the warehouse."
        shown = tuple(self._shown(candidate, names, row) for row in rows)
        return Verdict(VerdictKind.REFUTED, detail, "test-fails", sql, shown, WHERE)

    def _sql(self, candidate: Candidate) -> str:
        unique_id = candidate.target.unique_id
        if candidate.kind == "singular":
            sql = str(candidate.arguments["sql"]).replace("{model}", self.warehouse.name(unique_id))
            other = candidate.references
            return sql if other is None else sql.replace("{other}", self.warehouse.name(other))
        from dbt_ai.project.warehouse import DataTestCall

        test = written(self.project, self.folder, candidate)
        if test is None or isinstance(test.edit, FileEdit):
            raise WarehouseError("the project has another generic test of that name")
        name, arguments = _call(test.edit.test)
        arguments.pop("to", None)
        macro = test.macro.text if test.macro is not None else None
        call = DataTestCall(name, candidate.target.column, arguments, candidate.references, macro)
        return self.warehouse.data_test(unique_id, call)

    def _shown(self, candidate: Candidate, names: Sequence[str], row: Sequence[Any]) -> tuple[tuple[str, Any], ...]:
        """A row that fails, without values that are personal: those of a test's column come under dbt's names."""
        profile = self.evidence[candidate.target.unique_id].profile
        columns = {one.name.casefold(): one.personal for one in profile.columns} if profile else {}
        relation = self.project.nodes[candidate.target.unique_id].name

        def shown(name: str, value: Any) -> Any:
            own = name if name.casefold() in columns else candidate.target.column or name
            if value is None or name == _COUNT:
                return value
            if columns.get(own.casefold()) or personal_name(own, relation):
                return MASK
            return visible(value) if isinstance(value, str) else value

        return tuple((name, shown(name, value)) for name, value in zip(names, row, strict=True))


def confirmed(
    candidates: Sequence[Candidate],
    prove: Callable[[Sequence[Candidate]], Proven],
    verdict: Callable[[Candidate], Verdict],
) -> Proven:
    """What `prove` chooses among `candidates`, all of which holds by `verdict` as well: what does not is left out, and
    others take its place. What fails on the copy alone is no finding, and is written where it is a key or a
    reference."""
    decided: list[tuple[Candidate, Verdict]] = []

    def known(candidate: Candidate) -> Verdict:
        found = next((said for one, said in decided if one is candidate), None)
        if found is None:
            found = verdict(candidate)
            decided.append((candidate, found))
        return found

    left = list(candidates)
    proven = prove(left)
    while lost := [one.candidate for one in proven.choice.chosen if not known(one.candidate).writable]:
        left = [one for one in left if not any(one is other for other in lost)]
        proven = prove(left)
    on_copy = [one for one, _ in proven.failing]
    rescued = [one for one in on_copy if known(one).writable and one.role is not Role.OTHER]
    refuted = [(one, said) for one, said in decided if said.kind is VerdictKind.REFUTED]
    chosen = (*proven.choice.chosen, *(Chosen(one, 0) for one in rescued))
    return replace(
        proven,
        choice=replace(proven.choice, chosen=chosen),
        verdicts=tuple(decided),
        failing=tuple((one, said) for one, said in refuted if one.believed),
        lost=tuple((one, said) for one, said in refuted if not one.believed),
        unproven=(*proven.unproven, *((one, said) for one, said in decided if said.kind is VerdictKind.UNPROVEN)),
    )


def _call(test: str | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name and the arguments of a test as a property file has them."""
    if isinstance(test, str):
        return test, {}
    ((name, given),) = test.items()
    nested = given.get("arguments")
    return name, dict(nested) if nested is not None else {k: v for k, v in given.items() if k != "config"}
