"""Which library names a function mentions, read from the source without running it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from grader.worker import source
from grader.worker.source import source_uses

CASES = {
    "an alias": ("import torch.nn.functional as F\ndef f(x): return F.conv2d(x)", ["torch.nn.functional.conv2d"]),
    "in full": ("import torch.nn\ndef f(x): return torch.nn.functional.conv2d(x)", ["torch.nn.functional.conv2d"]),
    "by name": ("from torch.nn.functional import conv2d\ndef f(x): return conv2d(x)", ["torch.nn.functional.conv2d"]),
    "renamed": ("from scipy import signal as s\ndef f(x): return s.correlate2d(x)", ["scipy.signal.correlate2d"]),
    "imported inside": ("def f(x):\n import cv2 as c\n return c.filter2D(x)", ["cv2.filter2D"]),
    "without an import": ("def f(x): return torch.conv2d(x)", ["torch.conv2d"]),
    "not called": ("import torch\ndef f(x): return torch.conv2d", ["torch.conv2d"]),
    "sorted, once": ("import b, a\ndef f(x): return b.d, a.c, b.d", ["a.c", "b.d"]),
    "attributes of values": ("def f(x): return x.sum()", ["x.sum"]),
    "through a helper": ("import a\ndef g(x): return a.b\ndef f(x): return g(x)", ["a.b"]),
    "through an async one": ("import a\nasync def g(x): return a.b\ndef f(x): return g(x)", ["a.b"]),
    "around in circles": ("import a\ndef g(x): return f(x)\ndef f(x): return g(a.b)", ["a.b"]),
    "through a class": ("import a\nclass G:\n def run(self): return a.b\ndef f(x): return G().run()", ["a.b"]),
    "a base class": ("import a\nclass f(a.Module): pass", ["a.Module"]),
    "a decorator": ("import a\n@a.jit\ndef f(x): pass", ["a.jit"]),
    "through an assignment": ("import a\ng = h = a.b\ndef f(x): return h(x)", ["a.b"]),
    "through a tuple": ("import a\n(g, h) = a.b, a.c\ndef f(x): return h(x)", ["a.b", "a.c"]),
    "through an annotation": ("import a\ng: object = a.b\ndef f(x): return g(x)", ["a.b"]),
    "the last of two": ("import a\ndef f(x): return a.b\ndef f(x): return a.c", ["a.b", "a.c"]),
    "an assigned lambda": ("import a\nf = lambda x: a.b(x)", ["a.b"]),
    "not reached": ("import a\ndef test(): a.b\ndef f(x): pass\na.c()\nif __name__ == '__main__': a.d()", []),
    "in words only": ("def f(x):\n 'Like a.b.'\n # a.b\n return 'a.b'", []),
    "a bare name": ("import a\ndef f(x): return a(x)", []),
    "the result of a call": ("import a\ndef f(x): return a().b", []),
    "not defined": ("import a\na.b", []),
}


@pytest.mark.parametrize(("text", "found"), CASES.values(), ids=CASES)
def test_one_file(tmp_path: Path, text: str, found: list[str]) -> None:
    """Names are followed through what the file defines, in full, and what is not reached does not count."""
    (tmp_path / "m.py").write_text(text)

    assert found == source_uses(tmp_path, "m.py", "f")


HELPED = {
    "from it": ("from helper import g\ndef f(x): return g(x)", ["a.b"]),
    "renamed": ("from helper import g as other\ndef f(x): return other(x)", ["a.b"]),
    "relative": ("from .helper import g\ndef f(x): return g(x)", ["a.b"]),
    "relative module": ("from . import helper\ndef f(x): return helper.g(x)", ["a.b"]),
    "as a package": ("from submission.helper import g\ndef f(x): return g(x)", ["a.b"]),
    "as a module": ("import helper\ndef f(x): return helper.g(x)", ["a.b"]),
    "by another name": ("import helper as h\ndef f(x): return h.g(x)", ["a.b"]),
    "a method": ("from helper import C\ndef f(x): return C.run(x)", ["a.c"]),
    "all of it": ("import helper\ndef f(x): return getattr(helper, 'g')(x)", ["a.b", "a.c", "a.d"]),
    "another function": ("from helper import k\ndef f(x): return k(x)", ["a.d"]),
}


@pytest.mark.parametrize(("text", "found"), HELPED.values(), ids=HELPED)
def test_helper_files(tmp_path: Path, text: str, found: list[str]) -> None:
    """A submission's own files are read as far as they are used, however they are imported."""
    helper = "import a\ndef g(x): return a.b(x)\nclass C:\n def run(x): return a.c\ndef k(x): return a.d\n"
    (tmp_path / "helper.py").write_text(helper)
    (tmp_path / "m.py").write_text(text)

    assert found == source_uses(tmp_path, "m.py", "f")


def test_several_names(tmp_path: Path) -> None:
    """Together; a name that is missing uses nothing."""
    (tmp_path / "m.py").write_text("import a\ndef f(): a.b\ndef g(): a.c\ndef h(): a.d")

    assert ["a.b", "a.c"] == source_uses(tmp_path, "m.py", "f", "g", "k")


@pytest.mark.parametrize(
    "data", [None, b"def f(:", b"\xff", b"def f(): a.b\0", b"x = " + b"(" * 5000, b"x = " + b"-" * 100_000 + b"1"]
)
def test_what_cannot_be_parsed(tmp_path: Path, data: bytes | None) -> None:
    """Mentions nothing; whether it can be imported is another check's question."""
    if data is not None:
        (tmp_path / "m.py").write_bytes(data)

    assert [] == source_uses(tmp_path, "m.py", "f")


def test_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long chain of helpers is not followed to its end."""
    monkeypatch.setattr(source, "MOST_FILES", 3)
    for number in range(9):
        text = f"""
            import a
            from m{number + 1} import f as other
            def f(x): return a.b{number}(other(x))
            """
        (tmp_path / f"m{number}.py").write_text(dedent(text))

    assert [f"a.b{number}" for number in range(4)] == source_uses(tmp_path, "m0.py", "f")
