"""What a process has used so far."""

from __future__ import annotations

import sys
from pathlib import Path


def peak_mb() -> float | None:
    """The most memory that this process has had resident, in MB; None where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():  # unlike getrusage, this leaves out what the parent had before it started us
        line = next((line for line in status.read_text().splitlines() if line.startswith("VmHWM:")), "")
        return int(line.split()[1]) / 1024 if line else None
    try:
        import resource
    except ImportError:
        return None
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1024 * 1024 if sys.platform == "darwin" else 1024)
