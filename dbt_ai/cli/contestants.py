"""The engines that `dbtai eval` compares, opened one after the other, each by the name that it was asked for by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dbt_ai.cli.engines import reachable, tier_of
from dbt_ai.errors import DbtAiError, UsageError
from dbt_ai.project.settings import Settings

if TYPE_CHECKING:
    from dbt_ai.engines.opening import Engines
    from dbt_ai.engines.settings import EngineSettings
    from dbt_ai.tasks.evaluating.sheets import Contestant
    from dbt_ai.tasks.evaluating.values import EvaluationReport
    from dbt_ai.tasks.tiers import PromptOptions

DERIVED = "derived"


@dataclass(frozen=True)
class Opened:
    """The engines that can be asked, and a sentence for each that cannot; `named` where it was asked for by name."""

    contestants: Sequence[Contestant]
    told: tuple[str, ...]
    named: bool
    engines: Engines | None = None

    def completed(self, report: EvaluationReport) -> EvaluationReport:
        """The report with what it does not know: who could not be asked, and what the run has spent."""
        spent = self.engines.spent() if self.engines is not None else 0.0
        if not self.named:
            return replace(report, notices=(*self.told, *report.notices), spent=spent)
        return replace(report, unfinished=(*self.told, *report.unfinished), spent=spent)


@contextmanager
def contestants_of(
    names: Sequence[str], settings: Settings, root: Path, prompts: PromptOptions | None = None
) -> Iterator[Opened]:
    """The engines called `names`: "derived", "student" or an installed one, with an adapter of its own or without, and
    "reasoning". Without names: what costs nothing, derived texts and the student that is at hand. `root` has the
    answers and the ledger. Raises UsageError where none of them can be asked.
    """
    from dbt_ai.tasks.evaluating.sheets import Contestant
    from dbt_ai.tasks.tiers import PromptOptions

    found: list[tuple[str, EngineSettings | None]] = []
    told: list[str] = []
    for name in dict.fromkeys(names) if names else _free(settings):
        try:
            found.append((name, None if name == DERIVED else _settings(name, settings)))
        except DbtAiError as error:
            told.append(f"{name} could not be asked: {error}")
    if not found:
        raise UsageError(" ".join(told))
    if all(each is None for _, each in found):
        yield Opened([Contestant(name) for name, _ in found], tuple(told), bool(names))
        return
    from dbt_ai.engines.opening import Engines
    from dbt_ai.engines.prices import read_prices

    prices = read_prices(root, settings.prices)
    engines = Engines(root, prices=prices, max_cost=settings.max_cost, concurrency=settings.concurrency)
    try:
        opened = []
        for name, each in found:
            try:
                opened.append(_contestant(name, each, engines, settings, prompts or PromptOptions()))
            except UsageError as error:
                told.append(f"{name} could not be asked: {error}")
        yield Opened(opened, tuple(told), bool(names), engines)
    finally:
        engines.close()


def _free(settings: Settings) -> tuple[str, ...]:
    """What costs nothing, and is at hand."""
    from dbt_ai.engines.local.store import in_use

    named = settings.student or settings.student_base_url or in_use()
    return (DERIVED, "student") if named and settings.student != "none" else (DERIVED,)


def _settings(name: str, settings: Settings) -> EngineSettings:
    """How the engine of that name is reached. Asks nobody anything. Raises UsageError or StudentError."""
    if name in ("student", "reasoning"):
        (found,), _ = reachable(replace(settings, engine=name))
        return found
    from dbt_ai.engines.local.engine import ADDRESS, weights_called
    from dbt_ai.engines.local.serving import check
    from dbt_ai.engines.settings import EngineSettings

    if name.startswith("student:") and settings.student not in (None, "none"):
        name = f"{settings.student}:{name.partition(':')[2]}"
    called, weights = weights_called(name)
    check(weights)
    return EngineSettings(called, ADDRESS, "none", name="student", offline=settings.offline, local=weights)


def _contestant(
    name: str, each: EngineSettings | None, engines: Engines, settings: Settings, prompts: PromptOptions
) -> Contestant:
    from dbt_ai.tasks.evaluating.sheets import Contestant
    from dbt_ai.tasks.sending import send
    from dbt_ai.tasks.tiers import Asking

    if each is None:
        return Contestant(name)
    tier = tier_of(each, engines.open(each), settings.effort)
    # what is served by this process answers one question at a time: others would only wait, on its clock
    concurrency = 1 if tier.by_column else settings.concurrency
    return Contestant(name, Asking((tier,), prompts, send(concurrency), engines.ledger.checked, engines.spent))
