"""Who is in a class: every entry is graded, or named as not graded, or as plainly nobody's work."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader import submission
from grader.classes import find
from grader.errors import SubmissionOutOfReach, UsageError
from grader.submission import Source
from tests.uploads import CODE, FILES, STUB, held, notebook, tgz_of, unprivileged, write, zip_of

EXERCISES: dict[str, tuple[str, ...]] = {"corr2d.py": ("corr2d",), "pooling.py": ("max_pool2d",)}
MOODLE = "{}_assignsubmission_file_/{}"


def sorted_out(path: Path) -> tuple[list[str], dict[str, str], list[str]]:
    """The names of what is graded, why other entries are not, and what is left alone."""
    found = find([path], EXERCISES)
    refused = {source.name: source.refusal for source in found.sources if source.refusal}
    return [source.name for source in found.sources if not source.refusal], refused, found.left_alone


def snapshots(path: Path, into: Path) -> dict[str, set[str]]:
    """The files of each submission."""
    into.mkdir()
    return {
        one.name: set(held(submission.take(one, into))) for one in find([path], EXERCISES).sources if not one.refusal
    }


CANVAS = {
    "smith_anna_LATE_12_34_corr2d-1.py": CODE,
    "smith_anna_LATE_12_35_pooling.py": CODE,
    "doe_1_2_corr2d.ipynb": notebook("def corr2d(X, K): ..."),
    "doe_1_3_helper.py": b"",
    "roe_5_6_homework.zip": zip_of({"hw/corr2d.py": CODE}),
    "poe_7_8_report.pdf": b"",
    "noe_9_10_homework.rar": b"",
}
FOUND = {
    "doe": {"corr2d.ipynb", "corr2d.py", "helper.py"},
    "roe": {"corr2d.py"},
    "smith_anna": {"corr2d.py", "pooling.py"},
}


@pytest.mark.parametrize("packed", ["folder", "all.zip", "all.tar.gz", "around.zip", "only.zip"])
def test_a_canvas_export(packed: str, tmp_path: Path) -> None:
    """Loose files are put together by student, whether the export was unpacked or not."""
    path = tmp_path / packed
    if packed == "folder":
        write(path, CANVAS)
    elif packed == "only.zip":
        path = tmp_path / "downloads"
        write(path, {"submissions.zip": zip_of(CANVAS), "readme.txt": b""})
    elif packed == "around.zip":
        path.write_bytes(zip_of({f"export/{name}": data for name, data in CANVAS.items()}))
    else:
        path.write_bytes((tgz_of if packed.endswith("gz") else zip_of)(CANVAS))
    graded, refused, _ = sorted_out(path)

    assert graded == list(FOUND) and set(refused) == {"noe", "poe"}
    assert "have homework.rar packed again as a .zip" in refused["noe"]
    assert "no .py and no .ipynb file was handed in, only report.pdf" in refused["poe"]
    assert snapshots(path, tmp_path / "into") == FOUND


@pytest.mark.parametrize("packed", [False, True])
def test_a_moodle_export(packed: bool, tmp_path: Path) -> None:
    """A folder a student, called by the student's name; namesakes are told apart; an empty one is named."""
    files = {
        MOODLE.format("Anna Smith_1", "corr2d.py"): CODE,
        "Anna Smith_1_assignsubmission_onlinetext_/onlinetext.html": b"",
        MOODLE.format("Ben Roe_2", "homework.zip"): zip_of({"corr2d.py": CODE}),
        MOODLE.format("Ben Roe_3", "corr2d (1).py"): CODE,
        MOODLE.format("Cy_4", ""): b"",
        "grades.csv": b"",
    }
    path = tmp_path / ("all.zip" if packed else "all")
    if packed:
        path.write_bytes(zip_of(files))
    else:
        (path / MOODLE.format("Cy_4", "")).mkdir(parents=True)
        write(path, {name: data for name, data in files.items() if not name.endswith("/")})
    graded, refused, left_alone = sorted_out(path)

    assert graded == ["Anna Smith", "Ben Roe_2", "Ben Roe_3"] and left_alone == ["grades.csv"]
    assert set(refused) == {"Cy"} and refused["Cy"].endswith("it is empty; ask for the code")
    assert set(map(frozenset, snapshots(path, tmp_path / "into").values())) == {frozenset({"corr2d.py"})}


def test_a_blackboard_export(tmp_path: Path) -> None:
    """Two attempts of a student are told apart; the platform's own note is no file of the student's."""
    attempt = "Week 1_{}_attempt_2026-01-0{}-10-00-00{}"
    names = [attempt.format("ann", 1, "_corr2d.py"), attempt.format("ann", 1, ".txt")]
    names += [attempt.format("ben", day, "_corr2d.py") for day in (1, 2)] + [attempt.format("cy", 1, ".txt")]
    path = write(tmp_path / "class", dict.fromkeys(names, CODE))
    graded, refused, _ = sorted_out(path)

    assert ["ann", attempt.format("ben", 1, ""), attempt.format("ben", 2, "")] == sorted(graded, key=len)
    assert set(refused) == {"cy"}
    assert snapshots(path, tmp_path / "into")["ann"] == {"corr2d.py"}


def test_other_exports(tmp_path: Path) -> None:
    """Brightspace and Gradescope: a folder a student, and a page or a list that is nobody's."""
    there = write(tmp_path / "d2l", {"1-2 - Anna Roe - Jan 1, 2026 1000 AM/corr2d.py": CODE, "index.html": b""})
    scope = write(tmp_path / "gs", {"submission_7/corr2d.py": CODE, "submission_metadata.yml": b""})

    assert sorted_out(there) == (["Anna Roe"], {}, ["index.html"])
    assert sorted_out(scope) == (["submission_7"], {}, ["submission_metadata.yml"])


def test_loose_files(tmp_path: Path) -> None:
    """A notebook is a submission; a script only when its name tells whose it is; all else is named."""
    loose = (
        "anna.IPYNB",
        "dora.ipynb.txt",
        "ben_corr2d.py",
        "Ben-pooling.py",
        "solution.py",
        "emil.rar",
        "fritz.tar.xz",
        "gina.docx",
    )
    path = write(tmp_path / "class", dict.fromkeys((*loose, "carl/corr2d.py", "README.md", ".DS_Store"), CODE))
    graded, refused, left_alone = sorted_out(path)

    assert graded == ["anna", "ben", "carl", "dora"] and left_alone == [".DS_Store", "README.md"]
    assert set(refused) == {"solution.py", "emil.rar", "fritz.tar.xz", "gina.docx"}
    for name, why in refused.items():
        assert why.startswith(f"{path / name}: ") and ";" in why
    assert snapshots(path, tmp_path / "into")["ben"] == {"corr2d.py", "pooling.py"}


def test_folders_that_tools_and_instructors_make(tmp_path: Path) -> None:
    """With an exercise in them they are a student's, but for those set aside by their name; else nobody's."""
    work = dict.fromkeys(("data/corr2d.py", "venv/corr2d.py", "_x/corr2d.py", "ann/corr2d.py"), CODE)
    tools = dict.fromkeys(("env/lib/site-packages/a.py", ".git/config", "__MACOSX/._a", "_y/list.txt"), b"")
    graded, refused, left_alone = sorted_out(write(tmp_path / "class", work | tools | {"starter/corr2d.py": STUB}))

    assert graded == ["ann", "data", "venv"]
    assert "a folder whose name starts with _ is set aside; rename it" in refused.pop("_x") and not refused
    assert left_alone == [".git/", "__MACOSX/", "_y/", "env/", "starter/"]


def test_a_starter_with_work_in_it_is_named(tmp_path: Path) -> None:
    """Somebody has worked in it."""
    _, refused, _ = sorted_out(write(tmp_path, {"starter/corr2d.py": CODE, "ann/corr2d.py": CODE}))

    assert "a folder whose name is starter is set aside" in refused["starter"]


def test_an_archive_of_several_among_others_is_one_hand_in(tmp_path: Path) -> None:
    """Nobody makes entries for others: their names are only believed when the archive is all there is."""
    forged = zip_of({"ben/corr2d.py": CODE, "carl/corr2d.py": CODE})
    path = write(tmp_path / "class", {"anna.zip": forged, "ben/corr2d.py": CODE})

    assert sorted_out(path)[0] == ["anna", "ben"]
    assert sorted_out(path / "anna.zip")[0] == ["ben", "carl"]


def test_an_archive_beside_what_was_refused_is_one_hand_in(tmp_path: Path) -> None:
    """It is not all there is, although nothing else can be graded."""
    forged = zip_of({"ben/corr2d.py": CODE, "carl/corr2d.py": CODE})
    graded, refused, _ = sorted_out(write(tmp_path / "class", {"anna.zip": forged, "ben/notes.txt": b""}))

    assert graded == ["anna"] and set(refused) == {"ben"}


@pytest.mark.parametrize("top", ["corr2d.py", "Corr2D-1.py"])
def test_an_archive_with_an_exercise_at_its_top_is_one_hand_in(top: str, tmp_path: Path) -> None:
    """Whatever else is in it, and however the exercise is spelt."""
    packed = zip_of({top: CODE, "ben/corr2d.py": CODE, "carl/corr2d.py": CODE})

    assert sorted_out(write(tmp_path / "class", {"anna.zip": packed}))[0] == ["anna"]


def test_a_platform_s_mark_in_a_student_s_file_name(tmp_path: Path) -> None:
    """Most entries are Canvas's, and so is this one: it is no work of Ben's."""
    forged = "smith_1_5_ben_attempt_2026-01-31-10-00-00_corr2d.py"
    path = write(tmp_path / "class", dict.fromkeys((forged, "doe_3_4_corr2d.py", "roe_7_8_corr2d.py"), CODE))

    assert sorted_out(path) == (["doe", "roe", "smith"], {}, [])


def test_a_name_of_two_platforms_is_not_graded(tmp_path: Path) -> None:
    """Where the class does not tell which one it is of."""
    forged = "smith_1_5_ben_attempt_2026-01-31-10-00-00_corr2d.py"
    graded, refused, _ = sorted_out(write(tmp_path / "class", {forged: CODE, "cy/corr2d.py": CODE}))

    assert graded == ["cy"] and set(refused) == {forged}
    assert "its name fits two platforms" in refused[forged]


@pytest.mark.parametrize(
    ("files", "owner"),
    [
        (("BEN_corr2d.py", "ben_corr2d.py"), "ben"),
        (("ben_corr2d.py", "corr2d-ben.py"), "ben"),
        (("ben_1_2_his_corr2d.py", "ben_1_3_my_corr2d.py"), "ben"),
    ],
)
def test_two_files_for_an_exercise_are_refused(files: tuple[str, str], owner: str, tmp_path: Path) -> None:
    """Which one counts is not ours to say, and they may be two students'."""
    graded, refused, _ = sorted_out(write(tmp_path / "class", dict.fromkeys((*files, "cy/corr2d.py"), CODE)))

    assert graded == ["cy"] and [one.casefold() for one in refused] == [owner]
    assert f"two files for corr2d.py: {', '.join(files)}; keep one" in next(iter(refused.values()))


@pytest.mark.parametrize(
    "files", [("ben_1_2_corr2d.py", "ben_1_3_corr2d-1.py"), ("ben_corr2d.py", "ben_corr2d (1).py")]
)
def test_of_numbered_copies_the_last_counts(files: tuple[str, str], tmp_path: Path) -> None:
    """A platform or a browser has numbered them."""
    path = write(tmp_path / "class", {files[0]: b"1/0", files[1]: CODE, "cy/corr2d.py": b""})
    (tmp_path / "into").mkdir()
    ben = next(one for one in find([path], EXERCISES).sources if one.name == "ben")

    assert held(submission.take(ben, tmp_path / "into")) == {"corr2d.py": CODE}


def test_archives_of_archives(tmp_path: Path) -> None:
    """Each is a student's."""
    path = tmp_path / "all.zip"
    path.write_bytes(zip_of({"ann.zip": zip_of({"corr2d.py": CODE}), "ben.zip": zip_of({"a/corr2d.py": CODE})}))

    assert snapshots(path, tmp_path / "into") == {"ann": {"corr2d.py"}, "ben": {"corr2d.py"}}


@pytest.mark.parametrize("name", ["..", "a\0b", "a\nb", "index.html", "n" * 300, "/etc"])
def test_hostile_names_in_an_archive_of_a_class(name: str, tmp_path: Path) -> None:
    """They become folders beside the index."""
    path = tmp_path / "all.tar.gz"
    path.write_bytes(tgz_of({f"{name}/corr2d.py": CODE, "ben/corr2d.py": CODE, "cy/corr2d.py": CODE}))
    graded, _, _ = sorted_out(path)

    assert {"ben", "cy"} <= set(graded)
    for one in graded:
        assert (tmp_path / "out" / one).resolve().parent == tmp_path / "out"
        (tmp_path / "out" / one).mkdir(parents=True)


def test_a_folder_in_a_folder(tmp_path: Path) -> None:
    """What was unpacked into a folder of its own is the class."""
    write(tmp_path / "all", {"export/ann/corr2d.py": CODE, "export/ben/corr2d.py": CODE, "notes.txt": b""})

    assert sorted_out(tmp_path / "all") == (["ann", "ben"], {}, ["notes.txt"])


def test_a_file_gone_astray_hides_no_class(tmp_path: Path) -> None:
    """It is named; but old copies beside one's own work make no class."""
    path = write(tmp_path / "class", dict.fromkeys(("corr2d.py", *(f"{one}/corr2d.py" for one in "abc")), CODE))
    mine = write(tmp_path / "mine", dict.fromkeys(("corr2d.py", "old/corr2d.py", "older/corr2d.py"), CODE))

    assert sorted_out(path)[0] == ["a", "b", "c"] and set(sorted_out(path)[1]) == {"corr2d.py"}
    assert sorted_out(mine) == (["mine"], {}, [])


def test_a_notebook_with_its_helpers_is_a_submission(tmp_path: Path) -> None:
    """The folder, not the notebook alone."""
    path = write(tmp_path / "mine", {"all.ipynb": notebook("x = 1"), "helper.py": b"", "lenet5.pth": b"", "a.txt": b""})

    assert sorted_out(path) == (["mine"], {}, [])


def test_an_exercise_that_is_named(tmp_path: Path) -> None:
    """It is graded with the folder it lies in, and alone; under another name it is taken for what its name says."""
    path = write(tmp_path / "mine", {"corr2d.py": CODE, "pooling.py": CODE, "doe_1_2_pooling.py": CODE, "own.py": b""})
    named, other = find([path / "corr2d.py"], EXERCISES), find([path / "doe_1_2_pooling.py"], EXERCISES)

    assert [(one.path, one.name) for one in named.sources] == [(path, "mine")] and named.only == {"corr2d.py"}
    assert snapshots(path / "doe_1_2_pooling.py", tmp_path / "into") == {"doe": {"pooling.py"}}
    assert other.only == {"pooling.py"}
    with pytest.raises(UsageError, match="a submission is a folder"):
        find([path / "own.py"], EXERCISES)


def test_exercises_that_are_named_together(tmp_path: Path) -> None:
    """The same of every submission: a run asks all the same."""
    for name in ("ann", "ben"):
        write(tmp_path / name, {"corr2d.py": CODE, "pooling.py": CODE})
    both = find([tmp_path / "ann" / "corr2d.py", tmp_path / "ben" / "corr2d.py"], EXERCISES)

    assert ["ann", "ben"] == [one.name for one in both.sources] and both.only == {"corr2d.py"}
    assert find([tmp_path / "ann" / name for name in EXERCISES], EXERCISES).only == set(EXERCISES)
    for other in (tmp_path / "ben" / "pooling.py", tmp_path / "ben"):
        with pytest.raises(UsageError, match="name the same exercise files of every submission"):
            find([tmp_path / "ann" / "corr2d.py", other], EXERCISES)


def test_nothing_of_a_class(tmp_path: Path) -> None:
    """A folder of other code is none."""
    write(tmp_path, {"src/tool.py": b"", "setup.py": b"", "docs/a.pdf": b""})

    with pytest.raises(UsageError, match=r"neither it nor a folder in it holds one of corr2d.py, pooling.py"):
        find([tmp_path], EXERCISES)


def test_links_in_what_is_put_together_are_not_followed(tmp_path: Path) -> None:
    """A neighbour's file under one's own name."""
    path = write(tmp_path / "class", {"ann_1_2_corr2d.py": CODE, "cy_5_6_corr2d.py": CODE})
    os.symlink(path / "ann_1_2_corr2d.py", path / "ben_3_4_corr2d.py")
    graded, refused, _ = sorted_out(path)

    assert graded == ["ann", "cy"] and "is a link" in refused["ben_3_4_corr2d.py"]


def test_reports_among_the_hand_ins_are_left_alone(tmp_path: Path) -> None:
    """Of an earlier run that was started in the class folder."""
    reports = {"reports/index.html": b"", "reports/ann/report.html": b"", "reports/ann/report.json": b"{}"}
    path = write(tmp_path / "class", reports | {"ann/corr2d.py": CODE} | {f"ann/{name}": b"" for name in reports})

    assert sorted_out(path) == (["ann"], {}, ["reports/"])
    assert snapshots(path, tmp_path / "into") == {"ann": {"corr2d.py"}}


def test_names_of_an_earlier_run_are_kept(tmp_path: Path) -> None:
    """Alone as well, the second of two namesakes stays the second."""
    one, other = (write(tmp_path / day / "ann", {"corr2d.py": CODE}) for day in ("monday", "tuesday"))
    names = {source.place: source.name for source in find([one, other], EXERCISES).sources}

    assert {str(one): "ann", str(other): "ann-2"} == names
    assert ["ann-2"] == [source.name for source in find([other], EXERCISES, names).sources]
    assert ["_.._"] == [source.name for source in find([other], EXERCISES, {str(other): "/../"}).sources]


# --- what a path names ------------------------------------------------------------------------------


def listed(paths: list[Path], exercises: Mapping[str, tuple[str, ...]]) -> list[Source]:
    return find(paths, exercises).sources


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def names(sources: list[Source]) -> list[str]:
    return [source.name for source in sources]


def test_find_names_a_class(tmp_path: Path) -> None:
    """Every folder and archive in a folder, by its name, but hidden ones."""
    for name in ("ann", "bob", "starter", ".git", "_old", "venv"):
        write(tmp_path / name, {"corr2d.py": CODE})
    (tmp_path / "cy.tar.gz").write_bytes(tgz_of(FILES))
    (tmp_path / "bob.zip").write_bytes(zip_of(FILES))
    (tmp_path / "grades.csv").write_bytes(b"")

    assert names(listed([tmp_path], EXERCISES)) == ["_old", "ann", "bob", "bob-2", "cy", "starter", "venv"]


@pytest.mark.parametrize("name", ["corr2d.py", "corr2d.ipynb"])
def test_find_takes_a_folder_with_an_exercise_for_a_submission(tmp_path: Path, name: str) -> None:
    """As a script or as a notebook."""
    write(tmp_path / "ann", {name: CODE, "sub/pooling.py": CODE})

    assert listed([tmp_path / "ann"], EXERCISES) == [Source(path=tmp_path / "ann", name="ann", exercises=EXERCISES)]


def test_find_names_the_folder_behind_dots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`..` is no name: its report would lie outside of the reports."""
    write(tmp_path / "ann", {"corr2d.py": CODE, "sub/notes.txt": b""})
    monkeypatch.chdir(tmp_path / "ann" / "sub")

    assert names(listed([Path("..")], EXERCISES)) == ["ann"]


@pytest.mark.parametrize("name", ["..zip", "...zip", ".ipynb", "....tar.gz"])
def test_find_names_what_is_called_by_dots_only(tmp_path: Path, name: str) -> None:
    """As little as `..` are these names of folders for a report."""
    (tmp_path / name).write_bytes(b"")

    assert names(listed([tmp_path / name], EXERCISES)) == ["submission"]


@pytest.mark.parametrize("name", ["ann.zip", "ann.TGZ", "ann.ipynb"])
def test_find_takes_archives_and_notebooks_by_path(tmp_path: Path, name: str) -> None:
    """What is inside is looked at when it is taken in."""
    (tmp_path / name).write_bytes(b"")

    assert names(listed([tmp_path / name, tmp_path / name], EXERCISES)) == ["ann"]


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        (b"J\xfcrgen", r"J\xfcrgen"),
        (b"\xff" * 200, r"\xff" * 50),
        (b"n" * 255, "n" * 200),
        (b"index.html", "index.html-2"),
        (b"Index.HTML", "Index.HTML-2"),
        (b"Report.JSON", "Report.JSON-2"),
        (b"report.html", "report.html-2"),
        (b"GRADEBOOK.sqlite", "GRADEBOOK.sqlite-2"),
        (b"class.html", "class.html-2"),
        (b"similar.html", "similar.html-2"),
        (b"slurm", "slurm-2"),
    ],
)
def test_find_gives_names_that_a_report_can_have(tmp_path: Path, folder: bytes, name: str) -> None:
    """They become folders beside the index: in UTF-8, not too long, and not in the index's place."""
    write(tmp_path / os.fsdecode(folder), {"corr2d.py": CODE})

    assert names(listed([tmp_path], EXERCISES)) == [name]


def test_find_looks_into_folders_around_submissions(tmp_path: Path) -> None:
    """Unpacked downloads hold a folder more."""
    write(tmp_path / "ann", {"submission/corr2d.py": CODE})

    assert names(listed([tmp_path], EXERCISES)) == ["ann"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("nothing", "there is no such file or folder"),
        ("notes.txt", "a submission is a folder, a notebook"),
        ("empty", "neither it nor a folder in it holds one of corr2d.py, pooling.py"),
    ],
)
def test_find_refuses_what_is_no_submission(tmp_path: Path, path: str, words: str) -> None:
    """Early, and in words."""
    write(tmp_path, {"notes.txt": b"", "empty/inner/notes.txt": b""})

    with pytest.raises(UsageError, match=words):
        listed([tmp_path / path], EXERCISES)


def test_find_is_not_led_around_in_circles(tmp_path: Path) -> None:
    """Links to folders above, and a flood of files."""
    write(tmp_path / "ann", {"a/notes.txt": b""})
    (tmp_path / "ann" / "loop").symlink_to(tmp_path)
    for index in itertools.islice(itertools.count(), 200):
        (tmp_path / "ann" / "a" / str(index)).touch()

    with pytest.raises(UsageError, match="neither it nor a folder in it"):
        listed([tmp_path], EXERCISES)


# --- several paths ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "inside",
    [
        {"corr2d.py": CODE, "ben_1_2_corr2d.py": CODE},
        {"corr2d.py": CODE, "1-2 - ben - Jan 31, 2026 1000 AM/corr2d.py": CODE},
        {"corr2d.py": CODE, "ben/corr2d.py": CODE, "b/corr2d.py": CODE, "c/corr2d.py": CODE},
        {"ben/corr2d.py": CODE, "anna/corr2d.py": CODE},
        {"ben_1_2_corr2d.py": CODE},
        {"ben/corr2d.py": CODE},
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_hand_ins_that_a_shell_lists_are_one_each(packed: bool, inside: dict[str, bytes], tmp_path: Path) -> None:
    """What is in Anna's is Anna's: it takes nobody's name, and nobody is renamed for it."""
    write(tmp_path, {"ben/corr2d.py": CODE})
    write(tmp_path, {"anna.zip": zip_of(inside)} if packed else {f"anna/{name}": data for name, data in inside.items()})
    found = listed(sorted(tmp_path.iterdir()), EXERCISES)

    assert [(one.name, one.path.name.removesuffix(".zip")) for one in found] == [("anna", "anna"), ("ben", "ben")]


def test_folders_around_hand_ins_that_a_shell_lists(tmp_path: Path) -> None:
    """All are called homework inside; they are called after their students."""
    write(tmp_path, {"ann/homework/corr2d.py": CODE, "ben/homework/corr2d.py": CODE})

    assert names(listed(sorted(tmp_path.iterdir()), EXERCISES)) == ["ann", "ben"]


def test_several_classes(tmp_path: Path) -> None:
    """They are graded in one run, unless they would share a name."""
    files = ("one/ann/corr2d.py", "one/ben/corr2d.py", "two/cy/corr2d.py", "two/dan/corr2d.py")
    write(tmp_path, dict.fromkeys(files, CODE))
    paths = [tmp_path / "one", tmp_path / "two"]

    assert names(listed(paths, EXERCISES)) == ["ann", "ben", "cy", "dan"]
    write(tmp_path, {"two/Ben/corr2d.py": CODE})
    with pytest.raises(UsageError, match=r"one and .*two each hold a submission called ben; grade them in runs of"):
        listed(paths, EXERCISES)


# --- links, and what cannot be read, in a class folder ------------------------------------------------


def test_links_in_a_class_are_not_followed(tmp_path: Path, into: Path) -> None:
    """To a neighbour, an archive, a notebook, a file or nothing: each is told, by its whole name, and none is taken in."""
    klass = write(tmp_path / "class", {"ann/corr2d.py": CODE, "starter/corr2d.py": CODE})
    write(tmp_path / "away", {"s.zip": zip_of(FILES), "corr2d.ipynb": b"{}", "notes.txt": b""})
    links = {"bob": klass / "ann", "cy.zip": tmp_path / "away" / "s.zip", "dan.ipynb": tmp_path / "away/corr2d.ipynb"}
    links |= {"eve.txt": tmp_path / "away" / "notes.txt", "flo": tmp_path / "nowhere", "gus": klass}
    links |= {"_old": klass / "ann"}
    for name, target in (links | {".hidden": klass / "ann"}).items():
        (klass / name).symlink_to(target)
    found = {source.name: source for source in listed([klass], EXERCISES)}

    assert found.pop("ann").refusal == ""
    assert "set aside" in found.pop("starter").refusal
    assert set(found) == set(links)
    others = list(found.values())
    for source in others:
        with pytest.raises(SubmissionOutOfReach) as refused:
            submission.take(source, into)
        assert refused.value.exit_code == 3
        assert str(refused.value) == (
            f"{source.path} is a link, which is not followed inside a class folder; "
            f"put a copy in its place, or name {source.path} itself on the command line"
        )


def test_a_link_that_is_named_is_followed(tmp_path: Path) -> None:
    """To a submission, an archive or a class; also when it lies in a class folder that is named as well."""
    klass = write(tmp_path / "class", {"ann/corr2d.py": CODE, "cy.zip": zip_of(FILES)})
    for name, target in (("bob", klass / "ann"), ("dan.zip", klass / "cy.zip")):
        (klass / name).symlink_to(target)
    (tmp_path / "all").symlink_to(klass)

    assert names(listed([klass / "bob", klass / "dan.zip"], EXERCISES)) == ["bob", "dan"]
    assert {source.name: bool(source.refusal) for source in listed([klass, klass / "bob"], EXERCISES)} == {
        "ann": False,
        "bob": False,
        "cy": False,
        "dan.zip": True,
    }
    assert names(listed([tmp_path / "all"], EXERCISES)) == ["ann", "bob", "cy", "dan.zip"]


def test_find_of_what_cannot_be_read(into: Path) -> None:
    """Named or in a class, alone or not: it is found, and taking it in says why it is not graded."""
    with tempfile.TemporaryDirectory() as base:
        os.chmod(base, 0o755)
        klass = write(Path(base, "class"), {"ann/corr2d.py": CODE, "bob/corr2d.py": CODE})
        write(Path(base, "alone"), {"cy/corr2d.py": CODE})
        locked = [klass / "bob", Path(base, "alone", "cy")]
        for folder in locked:
            folder.chmod(0)
        with unprivileged():
            found = listed([klass, *locked, Path(base, "alone")], EXERCISES)
            for source in found[1:]:
                with pytest.raises(SubmissionOutOfReach, match="cannot be read: Permission denied; give the user"):
                    submission.take(source, into)
        for folder in locked:
            folder.chmod(0o755)

    assert names(found) == ["ann", "bob", "cy"]


def test_the_exact_name_counts_beside_a_helper_that_is_called_like_it(tmp_path: Path) -> None:
    """Within one student's hand-in on a platform: corr2d_demo.py is no second corr2d.py."""
    files = ("ben_1_2_corr2d.py", "ben_1_3_corr2d_demo.py", "cy_2_4_corr2d.py")
    found = find([write(tmp_path / "class", dict.fromkeys(files, CODE))], EXERCISES)
    members = {source.name: dict(source.members) for source in found.sources}

    assert members["ben"] == {"ben_1_2_corr2d.py": "corr2d.py", "ben_1_3_corr2d_demo.py": "corr2d_demo.py"}
    assert not any(source.refusal for source in found.sources)


def test_a_file_that_is_named_like_another_student_s_makes_no_class(tmp_path: Path) -> None:
    """The exercise lies at the top: it is one hand-in, whatever else is in it."""
    anna = write(tmp_path / "anna", {"corr2d.py": CODE, "ben_1_2_corr2d.py": CODE})
    (only,) = find([anna], EXERCISES).sources

    assert (only.path, only.members) == (anna, ())
