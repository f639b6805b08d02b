"""One model: what the rules propose is tried, one change after the other, until no rule proposes anything more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from dbt_ai.sql.islands import SpliceError, spliced
from dbt_ai.sql.outline import Outline, OutlineError, outline
from dbt_ai.tasks.refactoring.gains import gains_of
from dbt_ai.tasks.refactoring.proving import Prover
from dbt_ai.tasks.refactoring.reading import read_model
from dbt_ai.tasks.refactoring.rules import rules_for
from dbt_ai.tasks.refactoring.values import Change, Known, Left, ModelText, Rule
from dbt_ai.values import Verdict, VerdictKind


@dataclass(frozen=True)
class Tried:
    """A change with its verdict; written where it is the same. `gains` are what there is less of, `queries` the SQL
    without and with it."""

    change: Change
    verdict: Verdict
    gains: tuple[str, ...] = ()
    queries: tuple[str, str] | None = None

    @property
    def written(self) -> bool:
        """Whether the change is in the new text."""
        return self.verdict.kind in (VerdictKind.PROVED, VerdictKind.BOUNDED)


@dataclass(frozen=True)
class Refactored:
    """The new text of a model, and how it came about. `kept` are changes that somebody has put back, `reads` the nodes
    that the new text refers to besides those that the model read before."""

    text: str
    tried: tuple[Tried, ...] = ()
    left: tuple[Left, ...] = ()
    kept: tuple[Change, ...] = ()
    reads: tuple[str, ...] = ()


def propose(text: str, known: Known) -> Sequence[Change | Left]:
    """What the rules find in a text at first sight."""
    model = read_model(text, known)
    return [] if isinstance(model, str) else [found for rule in rules_for(known.goal) for found in rule(model)]


def settled(before: str, text: str, known: Known) -> str:
    """`text`, which a rule for several files made of `before`, with all that the other rules find in it and did not
    find before: else the next run would. Nothing of it is proved here; whoever asks proves the whole."""
    known_of = {(found.rule, found.place) for found in propose(before, known)}
    while True:
        model = read_model(text, known)
        if isinstance(model, str):
            return text
        found = (one for rule in rules_for(known.goal) for one in rule(model) if isinstance(one, Change))
        change = next((one for one in found if (one.rule, one.place) not in known_of), None)
        if change is None:
            return text
        known_of.add((change.rule, change.place))
        with suppress(SpliceError):
            text = spliced(model.islands, change.splices)


def refactor_text(text: str, known: Known, prover: Prover, put_back: Callable[[Change], bool]) -> Refactored:
    """The text with all changes made that are proved to keep the rows. Those that `put_back` knows are not tried."""
    run = _Run(text, known, prover, put_back)
    while run.once():
        pass
    return Refactored(run.text, tuple(run.tried), tuple(run.left.values()), tuple(run.kept.values()), run.reads)


class _Run:
    def __init__(self, text: str, known: Known, prover: Prover, put_back: Callable[[Change], bool]) -> None:
        self.text = text
        self.tried: list[Tried] = []
        self.left: dict[tuple[str, str], Left] = {}
        self.kept: dict[tuple[str, str], Change] = {}
        self._known = known
        self._prover = prover
        self._put_back = put_back
        self.reads: tuple[str, ...] = ()
        self._model: tuple[str, ModelText | str] | None = None
        self._failed: set[tuple[str, str]] = set()

    def once(self) -> bool:
        """Tries each rule; tells whether the text has changed."""
        before = self.text
        self.left = {}
        for rule in rules_for(self._known.goal):
            while self._try(rule):
                pass
        return self.text != before

    def _try(self, rule: Rule) -> bool:
        """Tries what a rule proposes: all of it at once, or, where that does not hold, one by one."""
        model = self._read()
        if isinstance(model, str):
            return False
        changes: list[Change] = []
        for found in rule(model):
            key = (found.rule, found.place)
            if isinstance(found, Left):
                self.left[key] = found
            elif self._put_back(found):
                self.kept[key] = found
            elif key not in self._failed:
                changes.append(found)
        if len(changes) > 1 and self._make(model, changes):
            return True
        return any(self._make(model, [change]) for change in changes)  # the places of the others have moved

    def _read(self) -> ModelText | str:
        """The text as it is now, read once."""
        if self._model is None or self._model[0] != self.text:
            compiled = _outline(self._prover.compiled(self.text, self.reads), self._known.dialect)
            self._model = (self.text, read_model(self.text, replace(self._known, compiled=compiled)))
        return self._model[1]

    def _make(self, model: ModelText, changes: Sequence[Change]) -> bool:
        reads = tuple(dict.fromkeys((*self.reads, *(read for change in changes for read in change.reads))))
        try:
            text = spliced(model.islands, [splice for change in changes for splice in change.splices])
        except SpliceError:
            if len(changes) == 1:
                self._leave(changes[0], "jinja-in-the-way")
            return False
        verdict = self._prover.compare(self.text, text, reads)
        tried = [Tried(change, verdict) for change in changes]
        if not tried[0].written:
            if len(changes) == 1:
                self.tried += tried
                self._failed.add((changes[0].rule, changes[0].place))
            return False
        self.tried += [self._with_gains(model, one, reads) for one in tried]
        self.text, self.reads = text, reads
        return True

    def _with_gains(self, model: ModelText, tried: Tried, reads: Sequence[str]) -> Tried:
        """With what the change alone gains."""
        text = spliced(model.islands, tried.change.splices)
        old, new = self._prover.compiled(self.text, self.reads), self._prover.compiled(text, reads)
        if not old or not new:
            return tried
        gains = gains_of(self.text, text, old, new, self._known.dialect)
        return replace(tried, gains=gains, queries=(old, new))

    def _leave(self, change: Change, reason: str) -> None:
        key = (change.rule, change.place)
        self._failed.add(key)
        self.left[key] = Left(change.rule, change.place, change.sentence, reason)


def _outline(sql: str | None, dialect: str) -> Outline | None:
    try:
        return outline(sql, dialect) if sql else None
    except OutlineError:
        return None
