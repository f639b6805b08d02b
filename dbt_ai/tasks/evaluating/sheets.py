"""What every engine is asked alike, who is asked, and what each said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dbt_ai.distill.cases import Lesson
from dbt_ai.evidence.sharing import Sharing
from dbt_ai.evidence.values import Evidence
from dbt_ai.tasks.checking import Checker
from dbt_ai.tasks.questions import Question
from dbt_ai.tasks.tiers import Asking
from dbt_ai.values import Verdict


@dataclass(frozen=True)
class Sheet:
    """Some columns of one node that are to be described, its `evidence`, what may be told of its data, and who checks
    the answers. `name` is what the report calls the node. `lessons` have the key facts, by column, `human` the texts
    that people wrote, where there are some: engines are shown neither."""

    name: str
    question: Question
    evidence: Evidence
    levels: Sharing
    checker: Checker
    dialect: str
    lessons: Mapping[str, Lesson] = field(default_factory=dict)
    human: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """What was said of a column, what the checks left of it, and the sentences that fell."""

    said: str | None = None
    left: str | None = None
    refused: tuple[tuple[str, Verdict], ...] = ()


@dataclass(frozen=True)
class Heard:
    """All that one engine said, by sheet and column, and what it took (see EngineFigures). `why` says why questions
    have no answer, where some have none."""

    said: Sequence[Mapping[str, Said]]
    model: str | None = None
    requests: int = 0
    from_cache: int = 0
    failed: int = 0
    seconds: float = 0.0
    usd: float | None = 0.0
    why: str = ""


@dataclass(frozen=True)
class Contestant:
    """An engine, called as it was asked for; `asking` has it as the one tier, None for derived texts."""

    name: str
    asking: Asking | None = None


@dataclass(frozen=True)
class Exam:
    """The sheets, and what can be derived of each, by column, without asking anybody."""

    sheets: tuple[Sheet, ...]
    derive: Callable[[], Sequence[Mapping[str, str]]]
