"""The steps of the cascade, whatever is asked: who is asked, how questions are put, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dbt_ai.engines.values import Answer, Engine, Request
from dbt_ai.errors import EngineError
from dbt_ai.evidence.prompt_templates import Prompts
from dbt_ai.project.values import Project
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.progress import Progress
from dbt_ai.values import TierTotals

Result = Answer | EngineError | None  # None: not asked
OnAnswer = Callable[[int, Result], None]  # place of the request


@dataclass(frozen=True)
class PromptOptions:
    """What goes into every question: see project/settings.Settings. `share` is the project's level, `most_share`
    what its `meta` may not go beyond, `house_style` the text of the file, `prompts` what the user's templates became.
    """

    share: str = "statistics"
    house_style: str | None = None
    prompts: Prompts = field(default_factory=Prompts)
    max_effort: str = "high"
    most_share: str = "samples"


@dataclass(frozen=True)
class Tier:
    """One step of the cascade. `effort` is how hard it thinks, "auto" to choose by how hard a node is. `again` asks
    only for what a check refuted, tells what was wrong, and thinks harder. `by_column` is a small model's, which
    is asked about one column at a time, and about nothing else; `plain_only` that of a very small one, which is asked
    about columns that are taken over as they are, and whose first words count."""

    name: str
    engine: Engine
    effort: str = "auto"
    again: bool = False
    by_column: bool = False
    plain_only: bool = False


@dataclass(frozen=True)
class Asking:
    """How questions are put to a tier: `ask` hands the requests to its engine and calls back for each as it comes, in
    this thread; `told` is given the key of each answered request and how many of its texts were accepted and refuted;
    `spent` says what the run has cost so far, in US dollars; `notices` are sentences for the report, asked for last.
    """

    tiers: tuple[Tier, ...]
    prompts: PromptOptions
    ask: Callable[[Tier, Sequence[Request], OnAnswer], None]
    told: Callable[[str, int, int], None] = lambda key, accepted, refuted: None
    spent: Callable[[], float] = lambda: 0.0
    notices: Callable[[], Sequence[str]] = lambda: ()


def put(asking: Asking, tier: Tier, requests: Sequence[Request], data: Data | None, progress: Progress) -> list[Result]:
    """Puts the requests to a tier; what came of each. The data, where it is open, is let go of meanwhile: a model may
    think for hours, and others want to write to the database."""
    what, done = f"Asking {tier.engine.model}", 0
    results: list[Result] = [None] * len(requests)

    def on_answer(place: int, result: Result) -> None:
        nonlocal done
        done += 1
        results[place] = result
        spent = asking.spent()
        progress(what if not spent else f"{what}, ${spent:,.2f} so far", done, len(requests))

    progress(what, 0, len(requests))
    if data is not None:
        data.release()
    asking.ask(tier, requests, on_answer)
    return results


def read_each(
    requests: Sequence[tuple[str, Request]],
    results: Sequence[Result],
    totals: Totals,
    progress: Progress,
    keep: Callable[[int, Answer], None],
) -> dict[str, list[str]]:
    """Hands every answer to `keep`, with its place; by node, why others are not answered. `requests` go with the
    unique_id of their node. Where `keep` raises EngineError, the answer cannot be used."""
    failed: dict[str, list[str]] = {}
    for place, ((unique_id, request), result) in enumerate(zip(requests, results, strict=True)):
        progress("Checking answers", place, len(requests))
        if isinstance(result, Answer):
            totals.answered(request, result)
            try:
                keep(place, result)
                continue
            except EngineError as error:
                result = error
        totals.failed(asked=result is not None)
        if result is not None:
            failed.setdefault(unique_id, []).append(str(result))
    return failed


class Totals:
    """Counts of one tier while it answers."""

    def __init__(self, tier: Tier) -> None:
        self._tier = tier
        self._counts: Counter[str] = Counter()
        self._efforts: Counter[str] = Counter()
        self._priced = True

    def answered(self, request: Request, answer: Answer) -> None:
        self._counts["requests"] += 1
        self._efforts[request.effort] += 1
        if answer.from_cache:
            self._counts["from_cache"] += 1
            return
        cost = answer.cost
        for name in ("input_tokens", "output_tokens", "reasoning_tokens"):
            self._counts[name] += getattr(cost, name) or 0
        self._priced = self._priced and cost.usd is not None

    def failed(self, *, asked: bool) -> None:
        self._counts["requests"] += asked
        self._counts["failed"] += asked

    def judged(self, accepted: int, refuted: int) -> None:
        self._counts["accepted"] += accepted
        self._counts["refuted"] += refuted

    def value(self, tried: int, usd: float) -> TierTotals:
        """The totals; `usd` is what was spent meanwhile, on failures, too."""
        counts = self._counts
        silent = max(0, tried - counts["accepted"] - counts["refuted"]) if not counts["failed"] else 0
        return TierTotals(
            self._tier.name,
            self._tier.engine.model,
            tuple(sorted(self._efforts.items())),
            tried=tried,
            accepted=counts["accepted"],
            refuted=counts["refuted"],
            silent=silent,
            requests=counts["requests"],
            from_cache=counts["from_cache"],
            failed=counts["failed"],
            input_tokens=counts["input_tokens"],
            output_tokens=counts["output_tokens"],
            reasoning_tokens=counts["reasoning_tokens"],
            usd=usd if self._priced else None,
        )


def unfinished(project: Project, failures: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """One sentence a node; one in all where every node failed for the same reason."""
    reasons = {reason for told in failures.values() for reason in told}
    if len(failures) > 1 and len(reasons) == 1:
        return (f"{len(failures)} nodes were not answered: {reasons.pop()}",)
    return tuple(
        f"{project.nodes[unique_id].name} was not answered: {' '.join(dict.fromkeys(told))}"
        for unique_id, told in failures.items()
    )
