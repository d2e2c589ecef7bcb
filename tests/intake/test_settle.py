"""Where the exercises are in what was handed in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader import submission
from grader.errors import SubmissionUnreadable
from grader.intake import basket as limits
from grader.intake.settle import is_starter, students
from grader.rubric import EVERYTHING, starter
from grader.submission import Source
from tests.uploads import CODE, STUB, held, notebook, write, zip_of

EXERCISES: dict[str, tuple[str, ...]] = {"corr2d.py": ("corr2d",), "pooling.py": ("max_pool2d",)}


def taken(folder: Path, files: dict[str, bytes]) -> submission.Submission:
    (folder / "into").mkdir()
    source = Source(path=write(folder / "anna", files), name="anna", exercises=EXERCISES)
    return submission.take(source, folder / "into")


@pytest.mark.parametrize(
    ("files", "kept", "note"),
    [
        ({"homework.zip": zip_of({"hw/corr2d.py": CODE})}, {"corr2d.py"}, "homework.zip was unpacked"),
        (
            {"homework.zip": zip_of({"corr2d.py": CODE}), "notes.txt": b"", "setup.py": b""},
            {"corr2d.py", "notes.txt", "setup.py"},
            "homework.zip was unpacked",
        ),
        (
            {"corr2d.py": CODE, "old.zip": zip_of({"corr2d.py": b"1/0"})},
            {"corr2d.py"},
            "old.zip was left out: archives beside exercise files are not unpacked",
        ),
        ({"corr2d-1.py": CODE}, {"corr2d.py"}, "corr2d-1.py was taken for corr2d.py"),
        ({"anna_corr2d.py": CODE}, {"corr2d.py"}, "anna_corr2d.py was taken for corr2d.py"),
        ({"corr2d.py.txt": CODE, "a.py": b""}, {"corr2d.py", "a.py"}, "corr2d.py.txt was taken for corr2d.py"),
        (
            {"src/corr2d.py": CODE, "src/more/a.py": b"", "README.md": b""},
            {"corr2d.py", "more/a.py"},
            "everything was taken from src/, where the exercises lie",
        ),
    ],
)
def test_exercises_are_found(files: dict[str, bytes], kept: set[str], note: str, tmp_path: Path) -> None:
    """In an archive that alone holds them, under a name that a platform has changed, in a folder; and it is noted."""
    found = taken(tmp_path, files)

    assert kept == set(held(found))
    assert CODE == held(found)["corr2d.py"]
    assert note in found.notes


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"report.docx": b""},
            "no .py and no .ipynb file; report.docx was left out: .docx files are not taken in; ask",
        ),
        ({"homework.zip": b"no archive"}, "homework.zip: it is no archive or a damaged one"),
        ({"a/corr2d.py": CODE, "b/corr2d.py": CODE}, r"the same exercise in several folders or files \(a, b\)"),
        ({"hw.zip": zip_of({"a/corr2d.py": CODE, "b/corr2d.py": CODE})}, "the same exercise in several folders"),
        ({"hw.zip": zip_of({"in.zip": zip_of({"corr2d.py": CODE})})}, "in.zip was left out: it is an archive in an"),
    ],
)
def test_what_cannot_be_graded_is_told(files: dict[str, bytes], words: str, tmp_path: Path) -> None:
    """No code, a damaged archive, the work of several students: in one sentence, with what to do."""
    with pytest.raises(SubmissionUnreadable, match=words):
        taken(tmp_path, files)


def test_a_bomb_in_an_archive_is_stopped(tmp_path: Path) -> None:
    """What lies in an archive that was handed in is metered as the archive is."""
    bomb = zip_of({"corr2d.py": CODE, "zeros.txt": bytes(31 << 20)})

    with pytest.raises(SubmissionUnreadable, match="unpack to more than 8 MiB"):
        taken(tmp_path, {"homework.zip": bomb})


def test_archives_in_an_upload_are_bounded(tmp_path: Path) -> None:
    """In number: more of them are left out, with a note each."""
    archives = {f"{number}.zip": zip_of({f"a{number}.py": b""}) for number in range(limits.MOST_ARCHIVES + 2)}
    found = taken(tmp_path, archives)

    assert limits.MOST_ARCHIVES == len(held(found))
    assert 2 == sum("was left out: there are more than 8 archives" in note for note in found.notes)


def test_the_notebook_counts_beside_the_untouched_starter(tmp_path: Path) -> None:
    """And it is said; a script with any work in it counts."""
    files = {"corr2d.py": STUB, "corr2d.ipynb": notebook("def corr2d(X, K):\n    return 1")}
    found = taken(tmp_path, files | {"pooling.py": CODE, "pooling.ipynb": notebook("1/0")})

    assert b"return 1" in held(found)["corr2d.py"] and CODE == held(found)["pooling.py"]
    assert "the notebook counts: the corr2d.py beside it is still the starter's" in found.notes


def test_the_starter_counts_where_no_notebook_takes_its_place(tmp_path: Path) -> None:
    """It is not written yet; but a notebook of its name that cannot be read is not graded as unwritten."""
    found = taken(tmp_path, {"corr2d.py": STUB, "pooling.py": STUB, "pooling.ipynb": b"{"})

    assert STUB == held(found)["corr2d.py"]
    assert "pooling.py" not in held(found)


def test_what_students_receive_is_a_starter() -> None:
    """Each of the course's own files, whatever a line ends with."""
    files = [path for path in starter().glob("*.py") if path.name != "helper.py"]

    assert {path.stem for path in files} == {*EVERYTHING}
    for path in files:
        assert is_starter(path.read_bytes()) and is_starter(path.read_bytes().replace(b"\n", b"\r\n"))


@pytest.mark.parametrize(
    "change",
    [
        (b"raise NotImplementedError", b"return X"),
        (b"    raise NotImplementedError", b"    if K is None:\n        raise NotImplementedError\n    return X"),
        (b"raise NotImplementedError", b"raise NotImplementedError; x = 1"),
        (b"import torch", b"import torch; print(torch)"),
        (b"import torch", b"SIZE = 3"),
    ],
)
def test_work_is_no_starter(change: tuple[bytes, bytes]) -> None:
    """However little there is of it."""
    assert is_starter(STUB) and not is_starter(STUB.replace(*change))


@pytest.mark.parametrize(
    "unit", [b" ", b"\t", b"\n", b"def f(", b'"""', b"class a", b"-> a", b"def f(a:\n", b"\n'''\n"]
)
def test_hostile_text_is_no_starter(unit: bytes) -> None:
    """Looking at it takes no time. A test that hangs has failed."""
    text = b"raise NotImplementedError\n" + unit * (60_000 // len(unit)) + b"x"

    assert not is_starter(text)


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["anna/corr2d.py", "ben/corr2d.py"], ["anna", "ben"]),
        (["anna_corr2d.py", "ben_corr2d.py"], ["anna_corr2d.py", "ben_corr2d.py"]),
        (["doe_1_2_corr2d.py"], ["doe_1_2_corr2d.py"]),
        (["Anna_1_assignsubmission_file_/a.py"], ["Anna_1_assignsubmission_file_"]),
        (["corr2d.py", "old/corr2d.py", "older/corr2d.py"], []),
        (["corr2d-1.py", "old/corr2d.py", "older/corr2d.py"], []),
        (["one/corr2d.py", "two/pooling.py"], []),
        (["notes.txt", "a.py"], []),
    ],
)
def test_who_is_in_a_folder(paths: list[str], found: list[str]) -> None:
    """Several students by a platform's names or by the same exercise in several places; else it is one hand-in."""
    assert found == students(paths, EXERCISES)


def test_code_and_text_in_data_folders_are_kept(tmp_path: Path) -> None:
    """They may be a package of helpers; of data sets not a byte is read, and that is noted."""
    files = {"corr2d.py": CODE, "data/__init__.py": b"", "data/tools.py": b"", "data/table.csv": b"1"}
    big = {"data/raw/images-ubyte": b"x", "data/large.csv": b"x" * (limits.MOST_DATA_BYTES + 1)}
    found = taken(tmp_path, files | big)

    assert set(files) == set(held(found))
    assert 1 == len(found.notes) and found.notes[0].startswith("of data/ not all was taken in")


def test_a_data_set_of_many_files_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes no upload too large."""
    monkeypatch.setattr(limits, "MOST_DATA_ENTRIES", 50)
    monkeypatch.setattr(limits, "MOST_ENTRIES", 100)
    folder = write(tmp_path / "anna", {"corr2d.py": CODE, "data/train/a.txt": b""})
    for number in range(200):
        os.close(os.open(folder / "data" / "train" / f"{number}.py", os.O_CREAT | os.O_WRONLY))
    found = submission.take(Source(path=folder, name="anna", exercises=EXERCISES), tmp_path)

    assert {"corr2d.py"} == set(held(found))
    assert found.notes[0].startswith("of data/ not all was taken in")
