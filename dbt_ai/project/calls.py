"""How dbt's calls that name a node are written."""

from __future__ import annotations

import re

REF = re.compile(
    r"""\bref\(\s*(?:['"](?P<package>[^'"]+)['"]\s*,\s*)?['"](?P<name>[^'"]+)['"]"""
    r"""(?:\s*,\s*(?:v|version)\s*=\s*['"]?(?P<version>[^'")\s]+))?"""
)
SOURCE = re.compile(r"""\bsource\(\s*['"](?P<source>[^'"]+)['"]\s*,\s*['"](?P<table>[^'"]+)['"]""")
DOC = re.compile(r"""\bdoc\(\s*(?:['"](?P<package>[^'"]+)['"]\s*,\s*)?['"](?P<name>[^'"]+)['"]""")
