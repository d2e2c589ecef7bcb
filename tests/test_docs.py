"""The documentation does what it says: commands exist, the authoring guide runs from nothing to a certificate."""

from __future__ import annotations

import argparse
import inspect
import re
import shlex
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import grader
from grader import cli
from grader.authoring import expect, strategies
from grader.cli import main
from grader.records import from_json

ROOT = Path(__file__).parents[1]
COMMANDS = set(next(a for a in cli._parser()._actions if isinstance(a, argparse._SubParsersAction)).choices)


GUIDE = ROOT / "docs" / "authoring.md"
FOR_FINDINGS = {"as_value", "number", "describe"}  # what `expect` has for the judge's own words


def fenced(text: str) -> list[tuple[str, str]]:
    """Each code block: what stands behind its fence, and its contents."""
    return re.findall(r"^```([^\n]+)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def test_authoring_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An author who follows the guide, block by block, ends with listed, graded and certified exercises."""
    commands = []
    for kind, content in fenced(GUIDE.read_text(encoding="utf-8")):
        language, _, name = kind.partition(" file=")
        if language == "console":
            commands += content.splitlines()
        else:
            assert name, f"a block of {kind} that nobody runs"
            path = tmp_path / "blurs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    codes = {line: main(shlex.split(line)[1:]) for line in commands}

    assert dict.fromkeys(codes, 0) == codes, capsys.readouterr().out
    for name in ("right_loops", "right_sequential"):
        report = from_json((tmp_path / "reports" / name / "report.json").read_bytes())
        assert (10, 10) == (report.score, report.max_score)


def test_all_that_there_is() -> None:
    """The guide lists what `expect` and `strategies` hold, in the words of their docstrings."""
    text = GUIDE.read_text(encoding="utf-8")
    told = text[text.index("<!-- expect -->") : text.index("<!-- end -->")]

    assert f"<!-- expect -->\n{listed(expect)}<!-- strategies -->\n{listed(strategies)}" == told


def listed(module: ModuleType) -> str:
    """A line for each function that authors may use."""
    name = module.__name__.rpartition(".")[2]
    functions = [f for f in vars(module).values() if inspect.isfunction(f) and f.__module__ == module.__name__]
    lines = [
        f"- `{name}.{f.__name__}({', '.join(map(plain, inspect.signature(f).parameters.values()))})`: {first_line(f)}\n"
        for f in functions
        if not f.__name__.startswith("_") and f.__name__ not in FOR_FINDINGS
    ]
    return "\n" + "".join(lines) + "\n"


def plain(parameter: inspect.Parameter) -> str:
    """A parameter without its type."""
    return str(parameter.replace(annotation=parameter.empty)).replace(" = ", "=")


def first_line(documented: Any) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]


@pytest.mark.parametrize("name", sorted(grader.__all__))
def test_help(name: str) -> None:
    """What an author imports says what it is, and so does each method of it."""
    found = getattr(grader, name)
    methods = [f for f in vars(found).values() if inspect.isfunction(f)] if inspect.isclass(found) else []

    assert first_line(found)
    assert [] == [f.__name__ for f in methods if not f.__name__.startswith("_") and not f.__doc__]


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/authoring.md",
        "docs/course.md",
        "docs/figures.md",
        "exercises/starter/README.md",
    ],
)
def test_commands_exist(page: str) -> None:
    """Every `grader COMMAND` that a page names exists, and so does every path in its tables."""
    text = (ROOT / page).read_text(encoding="utf-8")

    assert set() == set(re.findall(r"`grader ([a-z-]+)", text)) - COMMANDS
    assert set() == set(re.findall(r"^    grader ([a-z-]+)", text, flags=re.MULTILINE)) - COMMANDS


@pytest.mark.parametrize("page", ["README.md", "docs/course.md", "exercises/starter/README.md"])
def test_commands_take_what_is_written(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command on a line of its own has the arguments that its parser knows."""
    lines = re.findall(r"^    (?:.* && )?grader (.+?)(?:   .*)?$", (ROOT / page).read_text("utf-8"), flags=re.MULTILINE)

    assert lines
    for line in lines:
        cli._parser().parse_args(shlex.split(line, comments=True))


def test_paths_exist() -> None:
    """What CONTRIBUTING tells people to edit is there."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:grader|tests|reference|docs)/[\w./]+)`", text)
    missing = [
        p
        for p in paths
        if not (ROOT / p).exists() and not {"EXERCISE", "NETWORK-DATA", "NAME"} & set(re.split(r"[/.]", p))
    ]

    assert [] == missing
