"""From the mutants of a model to the few small databases that tell most of them from it, written as unit tests."""
