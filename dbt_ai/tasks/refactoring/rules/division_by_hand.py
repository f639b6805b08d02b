"""A CASE that only keeps a division from dividing by nought becomes dbt_utils.safe_divide, where that is installed."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Part
from dbt_ai.tasks.refactoring.cutting import InTheWayError, without_comments
from dbt_ai.tasks.refactoring.spans import cases_of, jinja_string, within
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText

_MACRO = "dbt_utils.safe_divide"
_OPENING = (TokenType.L_PAREN, TokenType.CASE)
_CLOSING = (TokenType.R_PAREN, TokenType.END)


def division_by_hand(model: ModelText) -> Found:
    if _MACRO not in model.known.macros:
        return
    for number, (part, tree) in enumerate(cases_of(model)):
        division = _division(tree)
        if division is None or not model.is_sure(tree):
            continue
        sides = _sides(model, part)
        arguments = [jinja_string(side) for side in sides]
        if len(sides) != 2 or None in arguments:
            continue
        sentence = f"The CASE around `{' / '.join(sides)}` is what {_MACRO} does."
        place = f"{' / '.join(sides)}.{number}"
        call = f"{{{{ {_MACRO}({', '.join(filter(None, arguments))}) }}}}"
        try:
            without_comments(model, part)
            yield Change("division-by-hand", place, sentence, (Splice(part.start, part.end, call),))
        except InTheWayError as error:
            yield Left("division-by-hand", place, sentence, error.reason)


def _division(case: exp.Case) -> exp.Div | None:
    """The division of `case when b = 0 then null else a / b end`, or of the like with `b <> 0`."""
    branches, default = case.args["ifs"], case.args.get("default")
    if case.this is not None or len(branches) != 1:
        return None
    condition, value = branches[0].this.unnest(), branches[0].args["true"]
    if isinstance(condition, exp.EQ) and isinstance(value, exp.Null):
        value = default
    elif not (isinstance(condition, exp.NEQ) and (default is None or isinstance(default, exp.Null))):
        return None
    division = value.unnest() if value is not None else None
    if not isinstance(division, exp.Div) or not isinstance(condition, exp.Binary):
        return None
    is_zero = isinstance(condition.right, exp.Literal) and condition.right.name == "0"
    return division if is_zero and condition.left == division.right.unnest() else None


def _sides(model: ModelText, part: Part) -> list[str]:
    """The text before and after the only `/` that no parenthesis of its own encloses."""
    tokens = within(model, part)
    slash = [number for number, token in enumerate(tokens) if token.token_type is TokenType.SLASH]
    if len(slash) != 1:
        return []
    first = last = slash[0]
    for step in (-1, 1):
        depth, place = 0, slash[0] + step
        while 0 < place < len(tokens) - 1:
            kind = tokens[place].token_type
            depth += (kind in _OPENING) - (kind in _CLOSING)
            if depth * step < 0 or (not depth and kind in (TokenType.THEN, TokenType.ELSE)):
                break
            place += step
        first, last = (place + 1, last) if step < 0 else (first, place - 1)
    middle = tokens[slash[0]]
    texts = (model.text[tokens[first].start : middle.start], model.text[middle.end + 1 : tokens[last].end + 1])
    return [" ".join(text.split()) for text in texts]
