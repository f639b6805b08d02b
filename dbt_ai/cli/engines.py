"""The engines of a call: who is asked, and what may be done with the questions but to send them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dbt_ai.errors import EngineError, UsageError
from dbt_ai.project.settings import Settings

if TYPE_CHECKING:
    from dbt_ai.engines.opening import Engines
    from dbt_ai.engines.settings import EngineSettings
    from dbt_ai.engines.values import Engine
    from dbt_ai.project.values import Project
    from dbt_ai.tasks.sending import Withheld
    from dbt_ai.tasks.tiers import Asking, PromptOptions, Tier

NO_STUDENT = (
    "There is no student: run dbtai student install, or set student_base_url and student_model to a server and its "
    "small model."
)


class Purpose(Enum):
    """What is to become of the questions to a model."""

    SEND = "send"
    ESTIMATE = "estimate"  # only say what they would cost
    SHOW = "show"
    EXPORT = "export"
    IMPORT = "import"  # take answers from files, and send nothing


@dataclass(frozen=True)
class Asked:
    """The engines of a call. `asking` None: derived texts only. `engines` has their files and the money, `settings` how
    to reach them, `told` what to tell of those that cannot be had, and `withheld` collects what would be asked where
    nothing is sent."""

    asking: Asking | None = None
    engines: Engines | None = None
    settings: Sequence[EngineSettings] = ()
    told: tuple[str, ...] = ()
    withheld: list[Withheld] = field(default_factory=list)


@contextmanager
def engines_of(
    settings: Settings,
    project: Project,
    purpose: Purpose,
    answers: tuple[Path, ...] = (),
    *,
    tells_no_key: bool = True,
    describes: bool = False,
    classifies: bool = False,
) -> Iterator[Asked]:
    """The engines to ask, cheapest first. `answers` are files to take answers from. Without `tells_no_key` it is not
    told that there is no key where nothing is set that says whom to ask. `describes` is whether columns are to be
    described: nothing else is asked of an installed student; `classifies` whether a student need not be there, as the
    small classifier answers for it.

    Raises UsageError where an engine is asked for by name and cannot be had.
    """
    by_hand = purpose in (Purpose.SHOW, Purpose.EXPORT, Purpose.IMPORT)  # whoever answers, it is not asked from here
    wanted, told = reachable(
        settings,
        needs_key=not by_hand,
        tells_no_key=tells_no_key,
        describes=describes and not by_hand,
        classifies=classifies and not by_hand,
    )
    if by_hand:
        from dbt_ai.cli.by_hand import one_model

        wanted = [one_model(wanted)]
    if not wanted:
        yield Asked(told=told)
        return
    from dbt_ai.engines.opening import Engines
    from dbt_ai.engines.prices import read_prices

    root = project.root
    prices = read_prices(root, settings.prices)
    max_cost = settings.max_cost if purpose is Purpose.SEND else None
    engines = Engines(root, prices=prices, max_cost=max_cost, concurrency=settings.concurrency)
    asked = Asked(engines=engines, settings=wanted, told=told)
    try:
        yield replace(asked, asking=_asking(settings, project, asked, purpose, answers))
    finally:
        engines.close()


@contextmanager
def reasoning_of(settings: Settings, root: Path) -> Iterator[Asking]:
    """The reasoning engine alone, for what is asked about outside of a project; `root` has its answers and the ledger.

    Raises UsageError where there is none.
    """
    from dbt_ai.engines.offline import only_loopback
    from dbt_ai.engines.opening import Engines
    from dbt_ai.engines.prices import read_prices
    from dbt_ai.tasks.sending import send
    from dbt_ai.tasks.tiers import Asking, PromptOptions, Tier

    (wanted,), _ = reachable(replace(settings, engine="reasoning"))
    prices = read_prices(root, settings.prices)
    engines = Engines(root, prices=prices, max_cost=settings.max_cost, concurrency=settings.concurrency)
    try:
        with only_loopback(settings.offline):
            tier = Tier("reasoning", engines.open(wanted), settings.effort)
            yield Asking((tier,), PromptOptions(), send(settings.concurrency), spent=engines.spent)
    finally:
        engines.close()


def reachable(
    settings: Settings,
    *,
    needs_key: bool = True,
    tells_no_key: bool = True,
    describes: bool = True,
    classifies: bool = False,
) -> tuple[list[EngineSettings], tuple[str, ...]]:
    """The engines that may be asked, cheapest first, and a sentence where the reasoning model is not among them
    (`tells_no_key`, `describes` and `classifies` as for `engines_of`).

    Asks nobody anything. Raises UsageError where an engine is asked for by name and cannot be had.
    """
    if settings.engine == "derived":
        return [], ()
    from dbt_ai.engines.reaching import engine_settings

    found: list[EngineSettings] = []
    told: tuple[str, ...] = ()
    local = None
    if settings.engine in ("auto", "student") and not settings.student_base_url and describes:
        local, told = installed_student(settings)
    if settings.engine == "student" and not settings.student_base_url and local is None:
        if classifies:
            return [], ()
        raise UsageError(" ".join(told) or NO_STUDENT)
    try:
        if local is not None:
            found.append(local)
        elif settings.engine in ("auto", "student") and settings.student_base_url:
            found.append(_student(settings, needs_key))
        if settings.engine in ("auto", "reasoning"):
            found.append(
                engine_settings(settings.model, settings.base_url, offline=settings.offline, needs_key=needs_key)
            )
    except EngineError as error:
        if settings.engine != "auto":
            raise UsageError(str(error)) from error
        is_set = settings.base_url or os.environ.get("OPENAI_BASE_URL") or _some_key()
        if not (is_set or tells_no_key):
            return found, told
        without = (
            "No reasoning model"
            if found
            else "Derived texts only"
            if tells_no_key and describes
            else "No model is asked"
        )
        no_key = f"{without}, as there is no key for a reasoning model (OPENAI_API_KEY), and no server of its own "
        no_key += "(DBTAI_BASE_URL)."
        told = (*told, f"{without}: {error}" if is_set else no_key)
    return found, told


def installed_student(settings: Settings) -> tuple[EngineSettings | None, tuple[str, ...]]:
    """The student of this machine that describes columns, or None; and a sentence where one is wanted and cannot
    answer. Raises UsageError where the project asks for one that is not installed."""
    from dbt_ai.engines.local.store import InUse, in_use, installed_as

    chosen = in_use()
    if settings.student is not None:
        adapter = chosen.adapter if chosen is not None and chosen.name == settings.student else "starter"
        chosen = None if settings.student == "none" else InUse(settings.student, adapter)
    if chosen is None:
        return None, ()
    from importlib.util import find_spec

    from dbt_ai.engines.local.engine import ADDRESS, weights_of
    from dbt_ai.engines.local.serving import check
    from dbt_ai.engines.settings import EngineSettings

    try:
        called, weights = weights_of(installed_as(chosen.name), chosen)
        check(weights)
    except EngineError as error:
        if settings.student is not None or settings.engine == "student":
            raise UsageError(str(error)) from error
        return None, (f"No student: {error}",)
    if find_spec("xllamacpp") is None:
        return None, (f"The student {chosen.name} is installed, and xllamacpp is not: pip install 'dbtai[local]'.",)
    return EngineSettings(called, ADDRESS, "none", name="student", offline=settings.offline, local=weights), ()


def _estimates(withheld: list[Withheld], engines: Engines, settings: Settings) -> list[str]:
    """What it would cost to send what was withheld, a sentence for each model that would be asked."""
    from dbt_ai.engines.estimate import estimate, most_in_rounds
    from dbt_ai.evidence.refactor_prompt import SCHEMAS
    from dbt_ai.tasks.effort import asked_again

    told = []
    for each in withheld:
        model = each.tier.engine.model
        sentence = str(estimate(each.requests, engines.price(model), model, each.answered))
        after_student = each.tier.name != "student" and any(w.tier.name == "student" for w in withheld)
        told.append(f"At the most, where the student answers nothing: {sentence}" if after_student else sentence)
        in_rounds = [one for one in each.requests if one.schema_name in SCHEMAS]
        if in_rounds and settings.refactor_rounds > 1:
            again = partial(asked_again, most=settings.max_effort)
            told.append(most_in_rounds(in_rounds, engines.price(model), settings.refactor_rounds, again))
    return told


def _student(settings: Settings, needs_key: bool) -> EngineSettings:
    from dbt_ai.engines.reaching import engine_settings

    try:
        return engine_settings(
            settings.student_model,
            settings.student_base_url,
            name="student",
            offline=settings.offline,
            needs_key=needs_key,
        )
    except EngineError as error:
        raise UsageError(f"The student: {error}") from error


def _asking(settings: Settings, project: Project, asked: Asked, purpose: Purpose, answers: tuple[Path, ...]) -> Asking:
    from dbt_ai.tasks.sending import send, withhold
    from dbt_ai.tasks.tiers import Asking, Tier

    engines, withheld = asked.engines, asked.withheld
    assert engines is not None
    tiers: list[Tier] = []
    for each in asked.settings:
        engine = engines.open(each)
        if each.name == "student":
            tiers.append(tier_of(each, engine, settings.effort))
            continue
        tiers.append(Tier("reasoning", engine, settings.effort))
        tiers.append(Tier("reasoning again", engine, settings.effort, again=True))
    asking = Asking(
        tuple(tiers),
        prompts_of(settings, project),
        send(settings.concurrency) if purpose is Purpose.SEND else withhold(withheld.append),
        told=engines.ledger.checked,
        spent=engines.spent,
    )
    if purpose is Purpose.ESTIMATE:
        return replace(asking, notices=lambda: _estimates(withheld, engines, settings))
    if purpose is Purpose.IMPORT:
        from dbt_ai.cli.by_hand import Importer

        importer = Importer(answers, engines, asked.settings[0], project.root)
        ask = withhold(withheld.append, importer.before)
        return replace(asking, ask=ask, notices=lambda: [*importer.sentences(), *_still_open(withheld)])
    return asking


def tier_of(reached: EngineSettings, engine: Engine, effort: str) -> Tier:
    """The step of the cascade that asks the engine: a student does not think, and one of this machine is asked by
    column."""
    from dbt_ai.tasks.tiers import Tier

    local = reached.local
    effort = "none" if reached.name == "student" else effort
    plain = local is not None and local.plain_only
    return Tier(reached.name, engine, effort, by_column=local is not None, plain_only=plain)


def _still_open(withheld: list[Withheld]) -> list[str]:
    """A sentence where questions are still without an answer."""
    count = sum(len(each.requests) for each in withheld)
    if not count:
        return []
    are = "question is" if count == 1 else "questions are"
    return [f"{count:,} {are} still open: export them with --export-requests, or run again with a key."]


def prompts_of(settings: Settings, project: Project) -> PromptOptions:
    from dbt_ai.evidence.prompt_templates import read_house_style, read_prompts
    from dbt_ai.tasks.tiers import PromptOptions

    variables = {"project": project.name, "dialect": project.dialect}
    return PromptOptions(
        settings.share,
        read_house_style(project.root, settings.house_style),
        read_prompts(project.root, settings.prompts, variables),
        settings.max_effort,
        # what the user's own environment says is not for the project's files to widen
        settings.share if os.environ.get("DBTAI_SHARE") else "samples",
    )


def _some_key() -> bool:
    return any(os.environ.get(name) for name in ("DBTAI_API_KEY", "DBTAI_API_KEY_FILE", "OPENAI_API_KEY"))
