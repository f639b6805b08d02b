"""Whether the texts of an engine may stand in files at all, before anybody compiles them.

A file of a model is a program: dbt runs the Jinja in it. So an engine's text may hold only Jinja that stood there
before, or calls of ref() and source() for relations that the model reads; and what decides how the model runs has to
be in it still.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from dbt_ai.evidence.hidden import hides
from dbt_ai.sql.islands import Block, Islands, JinjaError, read_islands
from dbt_ai.sql.islands.reading import IslandKind
from dbt_ai.tasks.refactoring.words import words_of

_INNER = re.compile(r"^\{\{[-+]?\s*(.*?)\s*[-+]?\}\}$", re.DOTALL)
_REF = re.compile(r"""ref\(\s*(['"])(\w+)\1\s*\)""")
_SOURCE = re.compile(r"""source\(\s*(['"])([\w -]+)\1\s*,\s*(['"])([\w -]+)\3\s*\)""")
_VAR = re.compile(r"""var\(\s*(['"])\w+\1[^()]*\)""")
_RELATION = re.compile(r"(ref|source)\s*\(")
_CONFIG = re.compile(r"config\s*\(")
_PLAIN = re.compile(r"""0|1|'(|year|quarter|month|week|day|hour|minute|second)'|"\w{1,24}\"""")
_FLOW = frozenset({"if", "elif", "else", "endif", "for", "endfor"})  # what may be there more often, or less
_TOLD = 5  # of all that is wrong
_MOST = 2  # times as long as before
_MORE = 2_000  # characters beyond that


@dataclass(frozen=True)
class Unfit:
    """Why a text may not stand in a file: a reason code, and what is about it."""

    reason: str
    detail: str


def unfit(before: str, files: Sequence[str], relations: Collection[str], dialect: str) -> Unfit | None:
    """Why the `files`, of which the first takes the place of the text `before` and others are new ones, may not be
    written; None where they may. `relations` are calls of ref() and source(), with single quotes and no more blanks
    than one behind a comma, that may stand in them."""
    if sum(map(len, files)) > _MOST * len(before) + _MORE:
        return Unfit("too-long", f"It has {sum(map(len, files)):,} characters, the model {len(before):,}.")
    if any(hides(line.replace("\t", "")) for text in files for line in text.split("\n")):
        return Unfit("hidden-characters", "It has characters that nobody sees.")
    try:
        old, new = read_islands(before), [read_islands(text) for text in files]
    except JinjaError as error:
        return Unfit("foreign-jinja", str(error))
    wrong = [*_jinja(old, new, relations), *_words(old, new, dialect)]
    if not wrong:
        return None
    return Unfit(wrong[0].reason, " ".join(one.detail for one in wrong[:_TOLD]))


def _jinja(old: Islands, new: Sequence[Islands], relations: Collection[str]) -> Iterator[Unfit]:
    there, found, further = _Jinja([old]), _Jinja(new[:1]), _Jinja(new[1:])
    for call in [*found.calls, *further.calls]:
        if normal_call(call) not in relations and call not in there.calls:
            yield Unfit("foreign-jinja", f"{_shown(call)} was not there.")
    for text in ["this"] if "this" in further.calls else further.others:
        yield Unfit("foreign-jinja", f"{_shown(text)} may not stand in a new model.")
    if there.settings != found.settings:
        yield Unfit("config-changed", "config() is not what it was.")
    for text in (found.free - there.free) + (found.fixed - there.fixed):
        yield Unfit("foreign-jinja", f"{_shown(text)} was not there, or not as often.")
    for text in [
        *(text for text in there.free if not found.free[text]),
        *(text for text in there.fixed if not found.fixed[text]),
    ]:
        yield Unfit("lost-jinja", f"{_shown(text)} is gone.")


class _Jinja:
    """What texts hold of Jinja, by what may become of it: `calls` of relations; the `settings` of config(); what may be
    there more or less often, but not appear or go, such as a variable and an `if`, as `free`; and as `fixed` what may
    not be there more often than before, as it may do something. A loop, and a block without SQL of the query, is one
    piece."""

    def __init__(self, texts: Sequence[Islands]) -> None:
        self.calls: set[str] = set()
        self.settings: Counter[str] = Counter()
        self.free: Counter[str] = Counter()
        self.fixed: Counter[str] = Counter()
        for text in texts:
            for island in text.islands:
                written = text.written(island)
                if island.kind is IslandKind.EXPRESSION:
                    self._expression(_INNER.sub(r"\1", written))
                elif island.kind is IslandKind.STATEMENT:
                    self._add(written, is_free=island.name in _FLOW)
            self.fixed.update(text.text[block.start : block.end] for block in text.blocks if _is_whole(block))

    @property
    def others(self) -> list[str]:
        """All but calls of relations."""
        return [*self.settings, *self.free, *self.fixed]

    def _expression(self, inner: str) -> None:
        if inner == "this" or _RELATION.match(inner):
            self.calls.add(inner)
        elif _CONFIG.match(inner):
            self.settings[inner] += 1
        else:
            self._add(inner, is_free=_VAR.fullmatch(inner) is not None)

    def _add(self, text: str, *, is_free: bool) -> None:
        if is_free:
            self.free[text] = 1
        else:
            self.fixed[text] += 1


def normal_call(inner: str) -> str:
    """A call of ref() or source() in one way of writing it.

    >>> normal_call('source( "raw","orders" )')
    "source('raw', 'orders')"
    """
    if found := _REF.fullmatch(inner):
        return f"ref('{found[2]}')"
    if found := _SOURCE.fullmatch(inner):
        return f"source('{found[2]}', '{found[4]}')"
    return inner


def _is_whole(block: Block) -> bool:
    """Whether a block stays as it is: what is in it is no SQL of the query, or is there as often as its items are."""
    return block.opaque or block.name == "for"


def relations_in(text: str) -> frozenset[str]:
    """The calls of ref() and source() in a text, in one way of writing each."""
    islands = read_islands(text)
    written = (islands.written(one) for one in islands.islands if one.kind is IslandKind.EXPRESSION)
    return frozenset(call for call in map(call_in, written) if call.startswith(("ref(", "source(")))


def call_in(written: str) -> str:
    """What stands in `{{ ... }}`, a call of ref() or source() in one way of writing it."""
    return normal_call(_INNER.sub(r"\1", written))


def _words(old: Islands, new: Sequence[Islands], dialect: str) -> Iterator[Unfit]:
    """What is wrong with the words of a person's, or of nobody's, in a text."""
    there = words_of(old, dialect)
    found = [words_of(text, dialect) for text in new]
    if there is None or None in found:
        yield Unfit("not-one-select", "It cannot be taken apart into words.")
        return
    comments: Counter[str] = sum((words.comments for words in found if words), Counter())
    for comment in there.comments - comments:
        yield Unfit("comment-lost", f"The comment {_shown(comment)} is gone.")
    for comment in comments - there.comments:
        yield Unfit("made-up-words", f"The comment {_shown(comment)} was not there.")
    # A number or a text that stands nowhere could be what a variable gives today.
    for text in sorted({text for words in found if words for text in words.literals} - there.literals):
        if not _PLAIN.fullmatch(text):
            yield Unfit("made-up-words", f"{_shown(text)} was not there.")


def _shown(text: str) -> str:
    short = " ".join(text.split())
    return f"`{short if len(short) <= 80 else short[:77] + '...'}`"
