"""How good an engine's texts are, before and after the checks."""
