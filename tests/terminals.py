"""Commands run in a terminal of their own, to see what a person sees."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Sequence
from pathlib import Path

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def in_terminal(command: Sequence[str], columns: int, cwd: Path | None = None, **environment: str) -> str:
    """What `command` writes to a terminal of so many columns, escapes and all; the last of what it redraws."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    known = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "CI")}
    known |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment}
    with subprocess.Popen(command, cwd=cwd, env=known, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        said = b""
        with open(ours, "rb", buffering=0) as stream, contextlib.suppress(OSError):  # EIO: its other end is closed
            while part := stream.read(1 << 16):
                said += part
        running.wait(timeout=600)
    lines = said.decode().replace("\r\n", "\n").split("\n")
    return "\n".join(line.rpartition("\x1b[2K")[2] for line in lines)


def plain(text: str) -> str:
    """`text` without colours."""
    return ESCAPE.sub("", text)
