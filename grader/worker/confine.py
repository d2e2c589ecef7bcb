"""How the nursery confines each worker it forks: the one place where grading meets `confinement`."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class Confiner:
    """Prepared once in the nursery, enforced in every worker before student code."""

    def __init__(self, level: str) -> None:
        self.level = level

    def describe(self) -> str:
        return self.level

    def enforce(self, folder: Path, limits: dict[str, Any]) -> None:
        """Confine the calling process to `folder`. Nothing yet."""
