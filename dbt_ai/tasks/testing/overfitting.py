"""How likely a test that rests on the data alone fails on rows that are yet to come and are like those that are there.

All bounds are for a relation that grows by `GROWTH` of its rows, and suppose that new rows are drawn as the old ones
were. What changes in time is told by the findings (`value-set-changed`, `nulls-since`), and is not suggested at all.
"""

from __future__ import annotations

from collections.abc import Iterable

GROWTH = 0.25
MAX_ALARM = 0.01
EVEN = 0.5  # the chance beforehand that what holds in all rows is a law
NAMED = 0.95  # where the name says so
DOUBTED = 0.25  # where the SQL is written so that it need not hold


def of_rule(rows: int, growth: float = GROWTH, law: float = EVEN) -> float:
    """The chance that a rule which holds in `rows` rows is broken by one of the next `growth * rows`.

    With the chance `law` beforehand that it is a law, and else broken by any share of the rows, each as likely: H.
    Jeffreys, Theory of Probability, 1939, section 3.2 (after D. Wrinch and H. Jeffreys, 1919), where Laplace's rule of
    succession is given the chance of a law. With even odds it is no law with probability 1 / (rows + 2), and is then
    broken by one of the next m rows with probability m / (rows + m + 1).

    >>> round(of_rule(10), 4), round(of_rule(100), 4), round(of_rule(100, law=DOUBTED), 4)
    (0.0154, 0.0019, 0.0057)
    """
    more = growth * rows
    no_law = (1 - law) / (1 - law + law * (rows + 1))
    return no_law * more / (rows + more + 1)


def of_uniqueness(rows: int, growth: float = GROWTH, law: float = EVEN) -> float:
    """The chance that two of the next rows, or one of them and an old one, agree in a value that was unique so far.

    As `of_rule`, with pairs of rows instead of rows: a key is broken by a pair.
    """
    pairs = rows * (rows - 1) / 2
    return of_rule(int(pairs), (1 + growth) ** 2 - 1, law) if pairs else 1.0


def of_values(counts: Iterable[int], growth: float = GROWTH) -> float:
    """A bound for the expected number of values that are new in the next `growth * rows` rows, where the values seen so
    far occur `counts` times.

    I. J. Good and G. H. Toulmin, The number of new species, and the increase in population coverage, when a sample is
    increased, Biometrika 43, 1956: the expectation is f1 t - f2 t^2 + f3 t^3 - ..., where f1 values occurred once, f2
    twice, and so on. All terms are added here, which is never less.

    >>> of_values([67, 13, 13, 4]) < 0.01 < of_values([67, 13, 2])
    True
    """
    return sum(growth**count for count in counts)


def of_extreme(rows: int, growth: float = GROWTH) -> float:
    """The chance that one of the next rows lies beyond the smallest (or beyond the largest) value so far.

    The extreme of n + m rows in random order is among the last m with probability m / (n + m) (H. A. David and H. N.
    Nagaraja, Order Statistics, 2003): the same for a large table as for a small one. So a bound is never taken from the
    extremes of the data, only from what a quantity can be at all: not negative, a share of one.

    >>> of_extreme(1000)
    0.2
    """
    return growth * rows / (rows + growth * rows)
