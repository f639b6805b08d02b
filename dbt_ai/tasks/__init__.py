"""One file a job: what to look at, what to propose, which check, which edit."""
