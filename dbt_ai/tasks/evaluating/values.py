"""What an evaluation found: the figures of each engine on the same columns, and each engine's text of each column."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineText:
    """What one engine said of a column, and `left`, what the checks let pass; None for nothing.

    `reason` is the code of the first sentence that fell, and `detail` says why each did. `grade_said` and `grade_left`
    are what both are worth where the key facts are known: "right", "incomplete", "wrong" or "silent". `agreement` is
    that of what passed with a person's text, from 0 to 1, None where one of the two is missing.
    """

    engine: str
    said: str | None = None
    left: str | None = None
    reason: str | None = None
    detail: str = ""
    grade_said: str | None = None
    grade_left: str | None = None
    agreement: float | None = None


@dataclass(frozen=True)
class EvaluatedColumn:
    """A column that every engine was asked about: `node` is the unique_id of a node, or the id of a case; `good` a
    person's text, None where there is none."""

    node: str
    column: str
    good: str | None
    texts: tuple[EngineText, ...]


@dataclass(frozen=True)
class EngineFigures:
    """The figures of one engine, called as it was asked for; `model` is the name of what answered.

    Counts are of columns: `answered` with a text, `accepted` where something passed the checks, `refuted` where
    something did not, by `reasons`. `said` and `left` count the grades of what was said and of what passed, where key
    facts are known. `agreement` is the mean over the `compared` columns. `requests` were asked, of these `from_cache`
    were answered in an earlier run and `failed` not at all. `seconds` and `usd` are what the answers took, those of
    earlier runs as they took then; `usd` is None where no price is known.
    """

    engine: str
    model: str | None
    columns: int
    answered: int
    accepted: int
    refuted: int
    reasons: tuple[tuple[str, int], ...] = ()
    said: tuple[tuple[str, int], ...] = ()
    left: tuple[tuple[str, int], ...] = ()
    compared: int = 0
    agreement: float | None = None
    requests: int = 0
    from_cache: int = 0
    failed: int = 0
    seconds: float = 0.0
    usd: float | None = 0.0

    @property
    def seconds_per_column(self) -> float:
        """The mean."""
        return self.seconds / self.columns if self.columns else 0.0

    @property
    def accepted_wrong(self) -> float:
        """The share of wrong texts among those that passed."""
        return dict(self.left).get("wrong", 0) / self.accepted if self.accepted else 0.0


@dataclass(frozen=True)
class EvaluationReport:
    """All engines side by side. `subject` is the name of the project, or of the file of cases (`of_cases`); `known` is
    how many columns there are, of which `columns` were drawn. `spent` is what this run cost, in US dollars;
    `unfinished` are sentences on what could not be asked or was not answered: run again to go on."""

    subject: str
    of_cases: bool
    known: int
    columns: tuple[EvaluatedColumn, ...]
    engines: tuple[EngineFigures, ...]
    notices: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    spent: float = 0.0
