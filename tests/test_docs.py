"""The documentation does what it says: commands exist, the authoring guide runs from nothing to a certificate."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from grader.cli import main
from grader.records import from_json

ROOT = Path(__file__).parents[1]
COMMANDS = {"run", "list", "explain", "new", "replay", "audit", "doctor", "data", "export"}


def blocks(text: str) -> dict[str, str]:
    """Code blocks that name a file, by that name."""
    return dict(re.findall(r"```\w+ file=(\S+)\n(.*?)```", text, flags=re.DOTALL))


def test_authoring_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An author who follows the guide ends with a listed, graded and certified exercise."""
    text = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    for name, content in blocks(text).items():
        path = tmp_path / "blurs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    console = re.search(r"```console\n(.*?)```", text, flags=re.DOTALL)
    assert console is not None
    codes = {line: main(shlex.split(line)[1:]) for line in console.group(1).splitlines()}

    assert dict.fromkeys(codes, 0) == codes, capsys.readouterr().out
    report = from_json((tmp_path / "reports" / "right_loops" / "report.json").read_bytes())
    assert (10, 10) == (report.score, report.max_score)


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/authoring.md", "exercises/starter/README.md"]
)
def test_commands_exist(page: str) -> None:
    """Every `grader COMMAND` that a page names exists, and so does every path in its tables."""
    text = (ROOT / page).read_text(encoding="utf-8")

    assert set() == set(re.findall(r"`grader ([a-z]+)", text)) - COMMANDS
    assert set() == set(re.findall(r"^    grader ([a-z]+)", text, flags=re.MULTILINE)) - COMMANDS


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
