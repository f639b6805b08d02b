"""SQL expressions as formulas of z3: each is a value, and whether it is NULL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import reduce
from typing import Any

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import is_stable

_MOST_WORK = 3_000_000  # of z3's own unit: some seconds, the same on every machine
_MOST_NODES = 400
_BITS: Mapping[str, int] = {"TINYINT": 8, "SMALLINT": 16, "INT": 32, "BIGINT": 64}
_ORDERED = ("DATE", "TIMESTAMP")
_EPOCH = datetime(1970, 1, 1)
_UNSTABLE = (exp.Query, exp.Window, exp.Rand, exp.Randn, exp.Uuid, exp.Anonymous, exp.AnonymousAggFunc, exp.Lambda)


class NotModelled(Exception):
    """There is something in an expression that the formulas know nothing of."""


@dataclass(frozen=True)
class Formula:
    """A value of z3, whether it is NULL, and its kind: an integer type of `_BITS`, DECIMAL, TEXT, BOOLEAN, DATE or
    TIMESTAMP; "" for NULL itself."""

    value: Any
    null: Any
    kind: str


class Formulas:
    """Makes formulas of expressions of one tree, of whose columns `known` tells."""

    def __init__(self, known: Known) -> None:
        import z3  # type: ignore[import-untyped, unused-ignore]

        self._z3 = z3
        self._known = known
        self._text = z3.DeclareSort("Text")
        self._texts: dict[str, Any] = {}
        self._opaque: dict[str, Formula] = {}
        self._facts: list[Any] = []
        self._failing: set[str] = set()

    def same(self, one: exp.Expr, other: exp.Expr, truth: bool) -> bool:
        """Whether two expressions are worth the same, or, where only `truth` counts, true for the same values. Raises
        NotModelled."""
        z3 = self._z3
        if sum(1 for tree in (one, other) for _ in tree.walk()) > _MOST_NODES:
            raise NotModelled("It is too long.")
        mine, failing = self._with_failures(one)
        yours, others = self._with_failures(other)
        if failing != others:
            raise NotModelled("One of them may fail where the other does not.")
        if truth:
            differ = self._is_true(mine) != self._is_true(yours)
        else:
            if self._known.type_of(one) is None or self._known.type_of(one) != self._known.type_of(other):
                raise NotModelled("Their types are not known, or not the same.")
            differ = z3.Or(mine.null != yours.null, z3.And(z3.Not(mine.null), mine.value != yours.value))
        solver = z3.Solver()
        solver.set("rlimit", _MOST_WORK)
        solver.add(*self._facts, differ)
        if len(self._texts) > 1:
            solver.add(z3.Distinct(*self._texts.values()))
        return bool(solver.check() == z3.unsat)

    def _with_failures(self, tree: exp.Expr) -> tuple[Formula, set[str]]:
        self._failing = set()
        found = self._of(tree)
        if self._failing and tree.find(exp.Case, exp.Coalesce, exp.If) is not None:
            raise NotModelled("A branch may keep something from failing.")
        return found, self._failing

    def _is_true(self, one: Formula) -> Any:
        if one.kind not in ("BOOLEAN", ""):
            raise NotModelled("A number is no condition.")
        return self._z3.And(self._z3.Not(one.null), one.value) if one.kind else self._z3.BoolVal(False)

    def _of(self, node: exp.Expr) -> Formula:
        z3 = self._z3
        if isinstance(node, (exp.Paren, exp.Alias)):
            return self._of(node.this)
        if isinstance(node, exp.Null):
            return Formula(z3.BoolVal(False), z3.BoolVal(True), "")
        if isinstance(node, exp.Boolean):
            return self._truth(z3.BoolVal(bool(node.this)))
        if isinstance(node, (exp.Literal, exp.Neg)):
            return self._literal(node)
        if isinstance(node, exp.And | exp.Or):
            return self._connected(node)
        if isinstance(node, exp.Not):
            inner = self._boolean(node.this)
            return Formula(z3.Not(inner.value), inner.null, "BOOLEAN")
        if isinstance(node, exp.Is):
            return self._is(node)
        if isinstance(node, (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)):
            left, right = self._alike(self._of(node.this), self._of(node.expression))
            return Formula(self._compared(node, left, right), z3.Or(left.null, right.null), "BOOLEAN")
        if isinstance(node, (exp.NullSafeEQ, exp.NullSafeNEQ)):
            left, right = self._alike(self._of(node.this), self._of(node.expression))
            both = z3.And(left.null, right.null)
            same = z3.Or(both, z3.And(z3.Not(left.null), z3.Not(right.null), left.value == right.value))
            return self._truth(same if isinstance(node, exp.NullSafeEQ) else z3.Not(same))
        if isinstance(node, exp.In) and node.expressions and not node.args.get("query"):
            listed = [exp.EQ(this=node.this.copy(), expression=part.copy()) for part in node.expressions]
            return self._connected(listed[0] if len(listed) == 1 else exp.or_(*listed, copy=False))
        if isinstance(node, exp.Between) and not node.args.get("symmetric"):
            low = exp.GTE(this=node.this.copy(), expression=node.args["low"].copy())
            return self._connected(exp.and_(low, exp.LTE(this=node.this.copy(), expression=node.args["high"].copy())))
        if isinstance(node, exp.Case):
            return self._case(node)
        if isinstance(node, exp.Coalesce):
            parts = [self._of(part) for part in (node.this, *node.expressions)]
            return reduce(
                lambda last, part: self._either(z3.Not(part.null), part, last), reversed(parts[:-1]), parts[-1]
            )
        if isinstance(node, exp.Nullif):
            left, right = self._alike(self._of(node.this), self._of(node.expression))
            equal = z3.And(z3.Not(left.null), z3.Not(right.null), left.value == right.value)
            return Formula(left.value, z3.Or(left.null, equal), left.kind)
        if isinstance(node, (exp.Add, exp.Sub, exp.Mul)):
            return self._arithmetic(node)
        if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and not node.args.get("format"):
            return self._cast_literal(node)
        return self._opaque_value(node)

    def _truth(self, value: Any) -> Formula:
        return Formula(value, self._z3.BoolVal(False), "BOOLEAN")

    def _boolean(self, node: exp.Expr) -> Formula:
        found = self._of(node)
        if found.kind not in ("BOOLEAN", ""):
            raise NotModelled("A number is no condition.")
        return found

    def _connected(self, node: exp.Expr) -> Formula:
        """AND and OR: the term that decides alone does so beside NULL, too."""
        z3 = self._z3
        if not isinstance(node, (exp.And, exp.Or)):
            return self._of(node)
        decides = isinstance(node, exp.Or)
        parts = [self._boolean(term) for term in node.flatten()]
        values = [part.value if decides else z3.Not(part.value) for part in parts]
        decided = z3.Or(*(z3.And(z3.Not(part.null), value) for part, value in zip(parts, values, strict=True)))
        unknown = z3.And(z3.Not(decided), z3.Or(*(part.null for part in parts)))
        return Formula(decided if decides else z3.Not(decided), unknown, "BOOLEAN")

    def _is(self, node: exp.Is) -> Formula:
        z3 = self._z3
        if isinstance(node.expression, exp.Null):
            return self._truth(self._of(node.this).null)
        if isinstance(node.expression, exp.Boolean):
            inner = self._boolean(node.this)
            value = inner.value if node.expression.this else z3.Not(inner.value)
            return self._truth(z3.And(z3.Not(inner.null), value))
        raise NotModelled("An IS of another kind.")

    def _case(self, node: exp.Case) -> Formula:
        default = node.args.get("default")
        found = self._of(default if default is not None else exp.null())
        for branch in reversed(node.args["ifs"]):
            condition = branch.this
            if node.this is not None:
                condition = exp.EQ(this=node.this.copy(), expression=condition.copy())
            found = self._either(self._is_true(self._boolean(condition)), self._of(branch.args["true"]), found)
        return found

    def _either(self, condition: Any, one: Formula, other: Formula) -> Formula:
        one, other = self._alike(one, other)
        if not one.kind:
            return one
        z3 = self._z3
        return Formula(z3.If(condition, one.value, other.value), z3.If(condition, one.null, other.null), one.kind)

    def _alike(self, one: Formula, other: Formula) -> tuple[Formula, Formula]:
        """Both of one kind, as DuckDB brings them to one; NULL is of any."""
        if not one.kind:
            return Formula(other.value, one.null, other.kind), other
        if not other.kind:
            return one, Formula(one.value, other.null, one.kind)
        if one.kind == other.kind:
            return one, other
        numbers = [kind for kind in (one.kind, other.kind) if kind in _BITS or kind == "DECIMAL"]
        if len(numbers) < 2:
            raise NotModelled(f"{one.kind} beside {other.kind}")
        wide = "DECIMAL" if "DECIMAL" in numbers else max(numbers, key=lambda kind: _BITS[kind])
        return self._widened(one, wide), self._widened(other, wide)

    def _widened(self, one: Formula, kind: str) -> Formula:
        real = kind == "DECIMAL" and one.kind != "DECIMAL"
        return Formula(self._z3.ToReal(one.value) if real else one.value, one.null, kind)

    def _compared(self, node: exp.Expr, left: Formula, right: Formula) -> Any:
        if isinstance(node, exp.EQ):
            return left.value == right.value
        if isinstance(node, exp.NEQ):
            return left.value != right.value
        if left.kind not in (*_BITS, "DECIMAL", *_ORDERED, ""):
            raise NotModelled(f"The order of {left.kind}")
        if not left.kind:
            return self._z3.BoolVal(False)
        a, b = left.value, right.value
        if isinstance(node, (exp.LT, exp.LTE)):
            return a < b if isinstance(node, exp.LT) else a <= b
        return a > b if isinstance(node, exp.GT) else a >= b

    def _arithmetic(self, node: exp.Expr) -> Formula:
        kind = self._known.type_of(node)
        left, right = self._of(node.this), self._of(node.expression)
        if kind not in _BITS or left.kind != kind or right.kind != kind:
            raise NotModelled("Arithmetic of other types than one of whole numbers")
        values: Mapping[type[exp.Expr], Any] = {
            exp.Add: lambda: left.value + right.value,
            exp.Sub: lambda: left.value - right.value,
            exp.Mul: lambda: left.value * right.value,
        }
        sides = [side.sql("duckdb") for side in (node.this, node.expression)]
        self._failing.add(f"{type(node).__name__} {sides if isinstance(node, exp.Sub) else sorted(sides)}")
        return Formula(values[type(node)](), self._z3.Or(left.null, right.null), kind)

    def _literal(self, node: exp.Expr) -> Formula:
        z3 = self._z3
        never = z3.BoolVal(False)
        inner = node.this if isinstance(node, exp.Neg) else node
        if not isinstance(inner, exp.Literal):
            raise NotModelled("A sign before something that is no number")
        if inner.is_string:
            if node is not inner:
                raise NotModelled("A sign before a text")
            return Formula(
                self._texts.setdefault(inner.name, z3.Const(f"text {len(self._texts)}", self._text)), never, "TEXT"
            )
        try:
            number = Decimal(inner.name) * (-1 if node is not inner else 1)
        except InvalidOperation as error:
            raise NotModelled("A number of an unknown form") from error
        if inner.name.isdigit():
            if not -(2**31) <= number < 2**31:
                raise NotModelled("A number of an unknown type")
            return Formula(z3.IntVal(int(number)), never, "INT")
        if not inner.name.replace(".", "", 1).isdigit() or len(inner.name) > 18:
            raise NotModelled("A number that is no DECIMAL")
        return Formula(z3.RealVal(str(number)), never, "DECIMAL")

    def _cast_literal(self, node: exp.Cast) -> Formula:
        kind, text = self._known.type_of(node), node.this.name
        try:
            if kind == "DATE" and node.this.is_string:
                return self._day(date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal(), kind)
            if kind == "TIMESTAMP" and node.this.is_string and len(text) in (10, 19):
                return self._day(int((datetime.fromisoformat(text) - _EPOCH).total_seconds()) * 10**6, kind)
        except ValueError as error:
            raise NotModelled("A date of an unknown form") from error
        raise NotModelled("A CAST")

    def _day(self, number: int, kind: str) -> Formula:
        return Formula(self._z3.IntVal(number), self._z3.BoolVal(False), kind)

    def _opaque_value(self, node: exp.Expr) -> Formula:
        """A column, or what else is worth the same wherever it is written: a value of which only the type is known."""
        key = node.sql("duckdb")
        if not isinstance(node, exp.Column):
            if node.find(*_UNSTABLE) is not None or not (is_stable(node) or isinstance(node, exp.AggFunc)):
                raise NotModelled(key)
            self._failing.add(key)
        if key in self._opaque:
            return self._opaque[key]
        kind = self._known.type_of(node) or ""
        z3, name = self._z3, f"value {len(self._opaque)}"
        if kind in _BITS:
            value = z3.Int(name)
            self._facts += [value >= -(2 ** (_BITS[kind] - 1)), value < 2 ** (_BITS[kind] - 1)]
        elif kind in _ORDERED:
            value = z3.Int(name)
        elif kind == "BOOLEAN":
            value = z3.Bool(name)
        elif kind == "TEXT":
            value = z3.Const(name, self._text)
        elif kind.startswith("DECIMAL") and _digits(kind) <= 18:
            value, kind = z3.Real(name), "DECIMAL"
        else:
            raise NotModelled(f"{key} of {kind}")
        null = z3.BoolVal(False) if self._known.never_null(node) else z3.Bool(f"{name} is NULL")
        found = self._opaque[key] = Formula(value, null, kind)
        return found


def _digits(kind: str) -> int:
    """How many digits a DECIMAL has at the most."""
    inside = kind.partition("(")[2].partition(",")[0].strip(" )")
    return int(inside) if inside.isdigit() else 18
