"""Code that stands in models again and again becomes one macro.

finding     the expressions that are the same but for columns and a few literals, and which of them are worth it
naming      names for the macro and its arguments
writing     the macro and its calls
testing     rows on which the macro has to give what the code gave
there       macros that the project or a package has already
"""

from dbt_ai.tasks.refactoring.several.rules.expression_into_macro.rule import expression_into_macro

__all__ = ["expression_into_macro"]
