"""What student code is run on."""

from __future__ import annotations

import sys

from grader.errors import UsageError

NAMES = {"darwin": "macOS", "win32": "Windows"}


def require_linux() -> None:
    """Raises UsageError elsewhere, before anything is imported that only Linux has."""
    if sys.platform != "linux":
        raise UsageError(
            f"student code cannot be run on {NAMES.get(sys.platform, sys.platform)}, at no isolation level: its "
            "workers need Linux. Use Linux itself, WSL2 on Windows, or a Linux container (Docker, Podman)"
        )
