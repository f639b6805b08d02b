"""What of an engine's answer may be written: every sentence is checked by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dbt_ai.checks.reasons import sentence as reason_sentence
from dbt_ai.checks.text_guard import clean_text, repeats
from dbt_ai.evidence.masking import also_personal, masked, visible
from dbt_ai.evidence.prompt_templates import own_words
from dbt_ai.evidence.sharing import Share, Sharing, is_personal
from dbt_ai.tasks.checking import Checker
from dbt_ai.tasks.texts import Text
from dbt_ai.values import Outcome, OutcomeKind, Target, Verdict, VerdictKind

MAX_LENGTH = 1_000  # characters of a description
_NOTHING_TO_CHECK = Verdict(
    VerdictKind.HOLDS, "every name in it exists, and it asserts nothing that a check could refute"
)


@dataclass(frozen=True)
class Judged:
    """What became of one proposed text: the `text` of the sentences that held, None where none did, and the sentences
    that may not be written, each with its verdict."""

    target: Target
    text: Text | None
    refused: tuple[tuple[str, Verdict], ...] = ()

    @property
    def refuted(self) -> bool:
        """Whether a check found something false or unprovable in it."""
        return bool(self.refused)

    def outcomes(self, engine: str) -> list[Outcome]:
        """What the report tells of the sentences that were not written."""
        return [
            Outcome(
                self.target,
                OutcomeKind.REFUTED,
                sentence,
                engine,
                (verdict,),
                reason=verdict.reason,
                detail=f'"{sentence}" was not written: {verdict.detail}',
            )
            for sentence, verdict in self.refused
        ]


def judge(
    proposed: Mapping[str | None, str], unique_id: str, name: str, engine: str, model: str, checker: Checker
) -> list[Judged]:
    """Every proposed text, by column (None for the node itself, which is called `name`), with its sentences checked."""
    judged = []
    for column, proposal in proposed.items():
        target = Target(unique_id, column)
        cleaned = clean_text(proposal, MAX_LENGTH, column or name)
        if isinstance(cleaned, str) and masked(cleaned) != cleaned:
            cleaned = _refused("private")
        if isinstance(cleaned, str) and repeats(cleaned, own_words()):
            cleaned = _refused("instructions")
        if isinstance(cleaned, str) and (reason := checker.says_nothing(target, cleaned, engine)):
            cleaned = _refused(reason)
        if isinstance(cleaned, Verdict):
            judged.append(Judged(target, None, ((proposal, cleaned),)))
            continue
        kept: list[str] = []
        verdicts: list[Verdict] = []
        refused: list[tuple[str, Verdict]] = []
        for sentence in checker.check(target, cleaned):
            if sentence.writable:
                kept.append(sentence.text)
                verdicts += sentence.verdicts or (_NOTHING_TO_CHECK,)
            else:
                refused.append((sentence.text, next(v for v in sentence.verdicts if not v.writable)))
        left = " ".join(kept)
        # Without the sentences between them, two harmless ones can make a third.
        whole = clean_text(left, MAX_LENGTH, column or name) if refused and kept else left
        if isinstance(whole, Verdict):
            refused.append((left, whole))
        text = Text(target, whole, engine, tuple(verdicts), model) if kept and isinstance(whole, str) else None
        judged.append(Judged(target, text, tuple(refused)))
    return judged


def _refused(reason: str) -> Verdict:
    return Verdict(VerdictKind.REFUTED, reason_sentence(reason), reason, where="text")


def counterexample(verdict: Verdict, sharing: Sharing, column: str | None) -> str:
    """Why a sentence about `column` may not be written, in words that may be told to an engine: what was seen in the
    data stays here unless samples of the column may be shared."""
    if verdict.where == "sql" or (sharing.of(column) is Share.SAMPLES and not is_personal(sharing, column)):
        with also_personal(sharing.compared | sharing.personal.keys()):
            return visible(verdict.detail)
    if sharing.of(column) is Share.NOTHING:
        return "a check says otherwise"
    return reason_sentence(verdict.reason) if verdict.reason else "the data says otherwise"
