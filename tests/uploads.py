"""What students hand in, packed in every way, and what is taken of it."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.submission import Submission

CODE = b"def corr2d(X, K):\n    return X\n"
FILES = {"corr2d.py": CODE, "helpers/windows.py": b"W = 1\n", "README.md": b"mine\n"}
ROOT = os.geteuid() == 0
STUB = b'"""Exercise."""\nimport torch\n\n\ndef corr2d(X, K):\n    """Slide K."""\n    raise NotImplementedError\n'


def zip_of(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def tar_of(files: Mapping[str, bytes], kind: int = tarfile.PAX_FORMAT) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=kind) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return data.getvalue()


def tgz_of(files: Mapping[str, bytes]) -> bytes:
    return gzip.compress(tar_of(files), 1)


def notebook(*cells: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4}).encode()


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def held(taken: Submission) -> dict[str, bytes]:
    """The snapshot's files by name."""
    folder = Path(taken.folder)
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Root reads everything: be nobody for a moment."""
    if ROOT:
        os.seteuid(65534)
    try:
        yield
    finally:
        if ROOT:
            os.seteuid(0)
