"""An md5 of columns with a dash between them becomes dbt_utils.generate_surrogate_key, where that is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from dbt_ai.sql.islands import Splice
from dbt_ai.tasks.refactoring.cutting import InTheWayError, without_comments
from dbt_ai.tasks.refactoring.spans import calls_of
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText

_MACRO = "dbt_utils.generate_surrogate_key"


def surrogate_key_by_hand(model: ModelText) -> Found:
    if _MACRO not in model.known.macros:
        return
    for number, (part, tree) in enumerate(calls_of(model, "md5")):
        columns = _columns(list(_pieces(tree.this))) if isinstance(tree, exp.MD5) else None
        if columns is None or not all(model.is_sure(column) for column in columns):
            continue
        names = [column.sql(model.known.dialect) for column in columns]
        if any(character in name for name in names for character in "'\\{"):
            continue
        listed = ", ".join(f"'{name}'" for name in names)
        sentence = f"The key of {', '.join(names)} is what {_MACRO} makes."
        place = f"{','.join(names)}.{number}"
        try:
            without_comments(model, part)
            call = f"{{{{ {_MACRO}([{listed}]) }}}}"
            yield Change("surrogate-key-by-hand", place, sentence, (Splice(part.start, part.end, call),))
        except InTheWayError as error:
            yield Left("surrogate-key-by-hand", place, sentence, error.reason)


def _pieces(tree: exp.Expr) -> Iterator[exp.Expr]:
    """What is put together, from the left to the right."""
    tree = tree.unnest()
    if isinstance(tree, exp.DPipe):
        yield from _pieces(tree.left)
        yield from _pieces(tree.right)
    elif isinstance(tree, exp.Concat):
        for piece in tree.expressions:
            yield from _pieces(piece)
    elif isinstance(tree, (exp.Cast, exp.TryCast)) and tree.to.this in exp.DataType.TEXT_TYPES:
        yield from _pieces(tree.this)
    else:
        yield tree


def _columns(pieces: Sequence[exp.Expr]) -> list[exp.Column] | None:
    """The columns, of at least two with a dash between them. NULL may be said in any way: a proof decides."""
    dashes = [isinstance(piece, exp.Literal) and piece.name == "-" for piece in pieces[1::2]]
    columns = [_column(piece) for piece in pieces[::2]]
    if len(columns) < 2 or len(pieces) % 2 == 0 or not all(dashes):
        return None
    found = [column for column in columns if column is not None]
    return found if len(found) == len(columns) else None


def _column(piece: exp.Expr) -> exp.Column | None:
    if (
        isinstance(piece, exp.Coalesce)
        and len(piece.expressions) == 1
        and isinstance(piece.expressions[0], exp.Literal)
    ):
        inner = list(_pieces(piece.this))
        piece = inner[0] if len(inner) == 1 else piece
    return piece if isinstance(piece, exp.Column) and not isinstance(piece.this, exp.Star) else None
