"""Whose a file is, as platforms and students name it."""

from __future__ import annotations

import pytest

from grader.intake.platforms import convention, exercise_in, owned, renamed

EXERCISES = ("corr2d.py", "kernel_learning.py", "lenet5.py")


@pytest.mark.parametrize(
    ("name", "owner", "file"),
    [
        ("smith_anna_1234_56789_corr2d.py", "smith_anna", "corr2d.py"),
        ("smith_anna_LATE_1234_56789_my_own_helper.py", "smith_anna", "my_own_helper.py"),
        ("doe_1_2_corr2d-1.py", "doe", "corr2d-1.py"),
        ("Anna Smith_1234_assignsubmission_file_", "Anna Smith", ""),
        ("Anna Smith_1234_assignsubmission_file", "Anna Smith", ""),
        ("Anna Smith_1234_assignsubmission_onlinetext_", "Anna Smith", ""),
        ("Anna Smith_1234_assignsubmission_file_corr2d.py", "Anna Smith", "corr2d.py"),
        ("Week 3_asmith_attempt_2026-01-31-10-00-00_corr2d.py", "asmith", "corr2d.py"),
        ("Week 3_asmith_attempt_2026-01-31-10-00-00.txt", "asmith", ""),
        ("1234-5678 - Anna Smith - Jan 31, 2026 1000 AM", "Anna Smith", ""),
        ("anna_1_2_ben_attempt_2026-01-31-10-00-00_corr2d.py", "anna", "ben_attempt_2026-01-31-10-00-00_corr2d.py"),
        ("anna_1_2_ben_7_assignsubmission_file_corr2d.py", "anna", "ben_7_assignsubmission_file_corr2d.py"),
        (
            "W_anna_attempt_2026-01-31-10-00-00_ben_attempt_2026-01-31-10-00-00_corr2d.py",
            "anna",
            "ben_attempt_2026-01-31-10-00-00_corr2d.py",
        ),
    ],
)
def test_names_of_platforms(name: str, owner: str, file: str) -> None:
    """The student, and what the student had called the file."""
    found = owned(name)

    assert found is not None
    assert (owner, file) == (found.owner, found.file)


def test_the_convention_of_a_class() -> None:
    """Names that fit two have no vote, whoever writes many of them; nor has a tie."""
    forged = [f"anna_1_{number}_b{number}_attempt_2026-01-31-10-00-00_corr2d.py" for number in range(5)]
    canvas, moodle = "cy_3_4_corr2d.py", "Dan_1_assignsubmission_file_"
    # without an ending it is no file of Canvas's, but no vote for Moodle either
    forged += ["anna_1_9_ben_7_assignsubmission_file_corr2d"]

    found = owned(forged[0], convention([*forged, canvas]))
    assert found is not None and ("anna", True) == (found.owner, found.is_sure)
    assert convention(forged) is None and convention([canvas, moodle]) is None
    unsure = owned(forged[0])
    assert unsure is not None and not unsure.is_sure


@pytest.mark.parametrize(
    "name", ["anna", "corr2d.py", "anna_corr2d.py", "submission_123456", "report_2026_final.pdf", "team_1_2_anna"]
)
def test_names_of_no_platform(name: str) -> None:
    """Nothing is read into them."""
    assert owned(name) is None


def test_all_files_of_a_hand_in_have_one_key() -> None:
    """Those of a namesake and those of another attempt have another."""
    keys = [
        found.key
        for name in ("doe_1_2_a.py", "doe_1_3_b.py", "doe_4_5_a.py", "W_doe_attempt_2026-01-31-10-00-00_a.py")
        if (found := owned(name))
    ]

    assert 3 == len(set(keys)) and keys[0] == keys[1]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("corr2d.py", ("corr2d.py", "")),
        ("Corr2D.py", ("corr2d.py", "")),
        ("corr2d-1.py", ("corr2d.py", "")),
        ("corr2d (2).py", ("corr2d.py", "")),
        ("corr2d - Copy.py", ("corr2d.py", "")),
        ("anna_kernel_learning.ipynb", ("kernel_learning.ipynb", "anna")),
        ("LeNet5-Anna Smith.py", ("lenet5.py", "Anna Smith")),
        ("corr2d.py.txt", ("corr2d.py", "")),
        ("anna_lenet5.ipynb.json", ("lenet5.ipynb", "anna")),
        ("CORR2D.PY", ("corr2d.py", "")),
        ("test_corr2d.py", None),
        ("corr2d_old.py", None),
        ("corr2d_v2.py", None),
        ("mycorr2d.py", None),
        ("corr2d.txt", None),
        ("notes.py", None),
    ],
)
def test_which_exercise(name: str, found: tuple[str, str] | None) -> None:
    """By the beginning or the end of the name; tests and old versions are none."""
    assert found == exercise_in(name, EXERCISES)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ({"corr2d-1.py", "corr2d-2.py", "notes.py"}, {"corr2d-2.py": "corr2d.py"}),
        ({"corr2d.py", "corr2d-1.py"}, {}),
        ({"corr2d.ipynb", "corr2d-1.py"}, {}),
        ({"anna_corr2d.py", "ben_corr2d.py"}, {}),
        ({"anna_corr2d.py", "anna_lenet5.ipynb"}, {"anna_corr2d.py": "corr2d.py", "anna_lenet5.ipynb": "lenet5.ipynb"}),
    ],
)
def test_what_is_taken_for_an_exercise(names: set[str], chosen: dict[str, str]) -> None:
    """Only where there is none of that name and no doubt; of numbered copies the last."""
    assert chosen == renamed(names, EXERCISES)


@pytest.mark.parametrize("unit", ["_", "-", " ", "1", "_1", "a_", "(", "corr2d_", "1-1 - "])
def test_hostile_names_take_no_time(unit: str) -> None:
    """Names in archives have any length: what is matched stays bounded. A test that hangs has failed."""
    name = unit * (200_000 // len(unit))

    assert owned(f"{name}.py") is None
    assert exercise_in(f"{name}copy.py", EXERCISES) is None
