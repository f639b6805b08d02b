"""Changes of several files at once: new macros, models and seeds, and the models that use them.

values      a change, and what a run has gathered of them
proving     the worst verdict for every model that a change touches
allowing    what a change may not touch, and what may not be new
inlining    new models and seeds, in the place of their names
"""

from dbt_ai.tasks.refactoring.several.proving import prove_files
from dbt_ai.tasks.refactoring.several.values import Draft, FilesChange, FilesProof

__all__ = ["Draft", "FilesChange", "FilesProof", "prove_files"]
