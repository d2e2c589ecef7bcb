"""The import graph: data flows one way, and the untrusted side knows neither rubric nor reference."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FORBIDDEN = {  # package -> what it must not import
    "grader/worker": (
        "grader.rubric",
        "grader.judge",
        "grader.authoring",
        "grader.engine",
        "grader.report",
        "reference",
    ),
    "grader/report": ("grader.judge", "grader.engine", "grader.rubric", "grader.worker", "reference"),
    "grader/export": ("grader.judge", "grader.engine", "grader.rubric", "grader.worker", "reference"),
    "grader/gradebook": (
        "grader.judge",
        "grader.engine",
        "grader.rubric",
        "grader.report",
        "grader.grading",
        "grader.worker",
        "reference",
    ),
    "grader/authoring": (
        "grader.judge",
        "grader.engine",
        "grader.rubric",
        "grader.report",
        "grader.worker",
        "reference",
    ),
    "grader/policy": ("grader.judge", "grader.engine", "grader.report", "grader.worker", "reference"),
    "grader/judge": ("grader.engine", "grader.report", "grader.submission"),
    "grader/rubric": ("grader.engine", "grader.report", "grader.submission"),
    "reference": ("grader",),
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("package", FORBIDDEN)
def test_arrows(package: str) -> None:
    """No module of a package imports what lies against the flow."""
    against = {
        (str(path.relative_to(ROOT)), name)
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in imports(path)
        for forbidden in FORBIDDEN[package]
        if name == forbidden or name.startswith(f"{forbidden}.")
    }

    assert set() == against


@pytest.mark.parametrize("package", FORBIDDEN)
def test_arrows_of_what_is_loaded(package: str) -> None:
    """Nor does it get there by way of others, when all its modules are imported."""
    files = [path.relative_to(ROOT).with_suffix("") for path in sorted((ROOT / package).rglob("*.py"))]
    names = [".".join(file.parts).removesuffix(".__init__") for file in files]
    code = (
        f"import sys, importlib\nfor name in {names}:\n    importlib.import_module(name)\n"
        f"print(sorted(m for m in sys.modules if f'{{m}}.'.startswith({tuple(f'{name}.' for name in FORBIDDEN[package])})))"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_worker_loads_no_answers() -> None:
    """A nursery's own modules bring in neither rubric nor reference, however indirectly."""
    code = (
        "import sys, grader.worker.child, grader.worker.confine\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] == 'reference' "
        "or m.startswith(('grader.rubric', 'grader.judge', 'grader.authoring', 'hypothesis'))))"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_command_line_imports_nothing_heavy() -> None:
    """`grader --help` waits for neither NumPy nor torch nor Hypothesis."""
    code = (
        "import sys, grader.cli\n"
        "print(sorted({'numpy', 'torch', 'hypothesis', 'rich', 'jinja2', 'msgspec'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_courses_and_judges_of_arrays_do_without_torch() -> None:
    """Listing, explaining and judging arrays never wait for it."""
    code = (
        "import sys\n"
        "from grader import course\n"
        "import grader.engine.local\n"
        "from grader.judge.bank import Rubric\n"
        "checks = course.load().select(['kernel_learning'], [], False)\n"
        "Rubric(checks, 0).draw(checks[0].exercise)\n"
        "print(sorted({'torch', 'onnxruntime', 'sklearn', 'scipy'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_no_pickle() -> None:
    """Nothing in the grader unpickles."""
    users = [str(p) for p in sorted((ROOT / "grader").rglob("*.py")) if {"pickle", "cloudpickle", "dill"} & imports(p)]

    assert [] == users
