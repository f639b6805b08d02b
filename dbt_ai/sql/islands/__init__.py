"""A model's file is Jinja around SQL. Here it is read as such, so that SQL between the Jinja can be edited and every
Jinja expression, statement and comment keeps its place and its bytes.

    reading     the islands of Jinja and the blocks they make, by jinja2's own lexer
    masking     the same text with SQL in the place of Jinja, so that sqlglot parses it with places of the original
    splicing    edits of the text, refused where they would cut through Jinja
"""

from dbt_ai.sql.islands.masking import Masked, masked
from dbt_ai.sql.islands.reading import Block, Island, Islands, JinjaError, read_islands
from dbt_ai.sql.islands.splicing import Splice, SpliceError, spliced

__all__ = [
    "Block",
    "Island",
    "Islands",
    "JinjaError",
    "Masked",
    "Splice",
    "SpliceError",
    "masked",
    "read_islands",
    "spliced",
]
