"""Stored reports in other programs' formats: each against the rules of the program that reads it."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import junitparser
import pytest

from grader.cli import main
from grader.errors import UsageError
from grader.export import FORMATS, Order, export, github, junit, stored
from grader.export.classroom50 import FIELDS
from grader.policy.marks import as_it_is
from grader.records import Finding, SubmissionReport, to_json
from grader.report.kept import Index, write_index
from tests.report.samples import HOSTILE
from tests.reports import check, report

ENVIRONMENT = {name: f"the {name.lower()}" for name in FIELDS.values()}
TRACEBACK = 'Traceback (most recent call last):\n  File "corr2d.py", line 7, in corr2d\n    Y[i] = 1\nIndexError: 3\n'


@pytest.fixture
def mixed() -> SubmissionReport:
    """One check of every outcome, in two exercises."""
    return report(
        "anna",
        check("corr2d.values"),
        check("corr2d.shape", "failed", 1.5, Finding(message="the shape is (2, 2)", traceback=TRACEBACK)),
        check("pooling.values", "skipped"),
        check("pooling.edges", "errored"),
    )


def hostile() -> SubmissionReport:
    """A student whose every word means harm."""
    words = f"{HOSTILE}\n::error::mine\n```\n# big\n{HOSTILE}"
    finding = Finding(message=words, hint=words, traceback=words, misconception=words, call=words)
    return report("=cmd|'/c calc'!A1", check("corr2d.values", "failed", 2, finding), output=words)


def test_gradescope_results_obey_its_schema(mixed: SubmissionReport) -> None:
    """Status is passed or failed, formats are known, nothing is hidden, and points add up to the score."""
    document = json.loads(export("gradescope", [mixed], Order()).text)

    assert document["score"] == 2
    assert document["execution_time"] == 1.5
    assert {document["output_format"], document["test_output_format"], document["test_name_format"]} == {"text"}
    assert {test.get("status", "failed") for test in document["tests"]} == {"passed", "failed"}
    assert {test["visibility"] for test in document["tests"]} == {"visible"}
    assert sum(test.get("score", 0) for test in document["tests"]) == document["score"]
    assert sum(test.get("max_score", 0) for test in document["tests"]) == mixed.max_score
    assert [test["number"] for test in document["tests"]] == ["1.1", "1.2", "2.1", "2.2"]
    assert "the shape is (2, 2)" in document["tests"][1]["output"]


def test_classroom50_has_whole_scores_and_the_classroom_s_fields(mixed: SubmissionReport) -> None:
    """Schema classroom50/result/v1: integers, and what the workflow says of the submission."""
    document = json.loads(export("classroom50", [mixed], Order(environment=ENVIRONMENT)).text)

    assert document["schema"] == "classroom50/result/v1"
    assert {field: document[field] for field in FIELDS} == {field: ENVIRONMENT[name] for field, name in FIELDS.items()}
    assert (document["score"], document["max-score"]) == (2, 4)
    assert [test["max-score"] for test in document["tests"]] == [2, 2]
    assert [test["passed"] for test in document["tests"]] == [True, False]


def test_classroom50_names_the_variables_it_lacks(mixed: SubmissionReport) -> None:
    """Outside of its workflow nothing is invented."""
    with pytest.raises(UsageError, match="COMMIT_URL, RELEASE_URL not set"):
        export("classroom50", [mixed], Order(environment=ENVIRONMENT | {"COMMIT_URL": "", "RELEASE_URL": ""}))


def test_junit_is_read_back_by_another_program(mixed: SubmissionReport, tmp_path: Path) -> None:
    """Suites, counts, times and outcomes as JUnitParser sees them; every name is unique."""
    path = tmp_path / "junit.xml"
    path.write_text(export("junit", [mixed, hostile()], Order()).text)
    suites = list(junitparser.JUnitXml.fromfile(str(path)))
    cases = [case for suite in suites for case in suite]

    assert [(s.tests, s.failures, s.errors, s.skipped) for s in suites] == [(4, 1, 1, 1), (1, 1, 0, 0)]
    assert [type(case.result[0]).__name__ if case.result else "" for case in cases] == [
        "", "Failure", "Skipped", "Error", "Failure",
    ]  # fmt: skip
    assert cases[0].classname == "anna.corr2d"
    assert len({(case.classname, case.name) for case in cases}) == len(cases)


def test_junit_holds_no_character_that_xml_lacks() -> None:
    """A NUL or an escape in a student's words would make the whole class's file unreadable."""
    text = junit.document([hostile()])

    assert not junit.NO_XML.search(text)
    assert "<script>" not in text


def test_github_annotates_the_student_s_line(mixed: SubmissionReport) -> None:
    """File and line come from the student's own traceback; an error of the grader is a warning."""
    first, second = export("github", [mixed], Order()).text.splitlines()

    assert first.startswith("::error file=corr2d.py,title=corr2d.shape%3A Title of corr2d.shape.,line=7::the shape is")
    assert second.startswith("::warning file=pooling.py,title=pooling.edges")


def test_github_gets_no_command_from_a_student() -> None:
    """Each line is one of ours: newlines and percent signs within are encoded as the runner decodes them."""
    lines = github.commands(hostile()).splitlines()

    assert len(lines) == 1
    assert re.fullmatch(r"::error file=corr2d\.py,title=[^:,]*::[^\r\n]*", lines[0])


def test_github_shows_ten_annotations_at_most() -> None:
    """It would drop the others; the summary has them all."""
    many = report("anna", *(check(f"corr2d.c{number}", "failed") for number in range(12)))

    assert len(github.commands(many).splitlines()) == github.MOST_ANNOTATIONS
    assert github.summary(many, as_it_is(many)).count("\n### ") == 12


def test_github_summary_quotes_a_student_s_words_as_text() -> None:
    """No fence of theirs ends ours, and no line of theirs is read as Markdown outside of it."""
    text = github.summary(hostile(), as_it_is(hostile()))
    fences = re.findall(r"^(`{3,})(?:text)?$", text, re.MULTILINE)

    assert fences[0] == fences[-1]
    assert len(fences[0]) > max(len(run) for run in re.findall("`+", HOSTILE + "```"))
    assert text.count(f"\n{fences[0]}\n") == 1
    assert not re.search(r"^\s*::", text, re.MULTILINE)
    assert "\n\\x3a\\x3aerror::mine\n" in text


def test_a_folder_called_report_json_is_passed_over(tmp_path: Path) -> None:
    """A submission may be called so: the others' reports are exported all the same."""
    (tmp_path / "report.json").mkdir()
    (tmp_path / "anna").mkdir()
    for folder in ("anna", "report.json"):
        (tmp_path / folder / "report.json").write_bytes(to_json(report(folder, check("corr2d.values"))))
    (tmp_path / "bob" / "report.json").mkdir(parents=True)

    assert ["anna", "report.json"] == [found.submission for found in stored(tmp_path)]


def test_github_summary_stays_below_a_mebibyte() -> None:
    """A larger one would be dropped whole: findings are left out from the end, and it says so."""
    long = Finding(message="x" * 3_900)
    many = report("anna", *(check(f"corr2d.c{n}", "failed", 2, long) for n in range(400)))
    text = github.summary(many, as_it_is(many))

    assert len(text.encode()) < 1 << 20
    assert text.endswith(github.CUT)
    assert text.count("```text") * 2 == text.count("```")


def test_csv_has_a_row_each_and_runs_nothing() -> None:
    """A submission's name is no formula to a spreadsheet program."""
    rows = list(csv.DictReader(io.StringIO(export("csv", [hostile(), report("b", check("pooling.x"))], Order()).text)))

    assert rows[0]["submission"].startswith("'=cmd")
    assert (rows[1]["score"], rows[1]["pooling"], rows[1]["corr2d"]) == ("2", "2", "")


CANVAS = (
    "Student,ID,SIS Login ID,Section,Homework 3 (4711),Final (12)\n"
    '"    Points Possible",,,,20,100\n'
    '"Smith, Anna",101,as12,A,,90\n'
    '"Østergård, Bo",102,bo,A,5,\n'
    '"Nobody, Ann",103,an,A,,\n'
    '"Student, Test",999,x,A,,\n'
)


def test_canvas_file_gets_one_column_filled_in() -> None:
    """By login, by Canvas's own file names and by the name; points possible and other columns stay as they were."""
    reports = [report(name, check("corr2d.x")) for name in ("as12", "stergardbo_102_9_hw", "zoe")]
    done = export("canvas", reports, Order(sheet=CANVAS, column="Homework 3"))
    rows = list(csv.reader(io.StringIO(done.text)))

    assert [row[4] for row in rows] == ["Homework 3 (4711)", "20", "2", "2", "", ""]
    assert [row[:4] + row[5:] for row in rows] == [row[:4] + row[5:] for row in csv.reader(io.StringIO(CANVAS))]
    assert done.left_out == ("no row for zoe", "no submission of Nobody, Ann")


def test_canvas_file_places_nobody_where_two_claim_one_row() -> None:
    """A wrong mark is worse than a missing one."""
    done = export(
        "canvas", [report(name, check("corr2d.x")) for name in ("as12", "101")], Order(sheet=CANVAS, column="Final")
    )

    assert "no row for as12" in done.left_out and "no row for 101" in done.left_out
    assert next(row[5] for row in csv.reader(io.StringIO(done.text)) if row[1] == "101") == "90"


@pytest.mark.parametrize(
    ("names", "placed"),
    [
        (("smithanna_101_57_bo_7_assignsubmission_file", "bo"), {"101", "102"}),
        (("smithanna_101_57_bo_7_assignsubmission_file",), {"101"}),
        (("smithanna_101_5_102", "zoe bo", "zoe_x_bo"), {"101"}),
        (("zoe_102_9_hw", "bo"), {"102"}),
        (("as12_102_9_hw",), set()),
        (("as12_hw", "stergardbo_102"), {"101", "102"}),
    ],
)
def test_a_row_is_claimed_by_the_beginning_of_a_name(names: tuple[str, ...], placed: set[str]) -> None:
    """What stands behind is the student's choice; who is called so exactly is contested by nobody who is not."""
    reports = [report(name, check("corr2d.x")) for name in names]
    done = export("canvas", reports, Order(sheet=CANVAS, column="Homework 3"))

    assert {row[1] for row in csv.reader(io.StringIO(done.text)) if row[4] == "2"} == placed


@pytest.mark.parametrize(
    ("ids", "placed"), [((101, 102), {"101": "2", "102": "0"}), ((102, 103), {"102": "0", "103": ""})]
)
def test_namesakes_are_told_apart_by_the_number_in_the_place(ids: tuple[int, ...], placed: dict[str, str]) -> None:
    """Canvas's number decides, for a name that is alone in the class as well; no row of another number gets the mark."""
    sheet = "Student,ID,HW (1)\n" + "".join(f'"Smith, Anna",{number},\n' for number in ids)
    reports = [report("smithanna", check("a.x")), report("smithanna_102", check("a.x", "failed"))]
    places = {"smithanna": "/c/smithanna_101_9_hw.py", "smithanna_102": "/c/smithanna_102_8_hw.py"}
    done = export("canvas", reports, Order(sheet=sheet, column="HW", places=places))

    assert placed == {row["ID"]: row["HW (1)"] for row in csv.DictReader(io.StringIO(done.text))}


def test_command_reads_where_submissions_lay(tmp_path: Path) -> None:
    """The participant's number stands in the name of the folder alone when nobody else is called so."""
    for name in ("Anna Smith", "Bo Berg"):
        (tmp_path / "out" / name).mkdir(parents=True)
        (tmp_path / "out" / name / "report.json").write_bytes(to_json(report(name, check("corr2d.x"))))
    places = {"Anna Smith": "m/Anna Smith_11_assignsubmission_file_", "Bo Berg": "m/Bo Berg_13_assignsubmission_file_"}
    write_index(Index(submissions=places), tmp_path / "out")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "Identifier,Full name,Grade\nParticipant 11,Anna Smith,\nParticipant 12,Anna Smith,\nParticipant 13,B.,\n"
    )

    command = ["export", str(tmp_path / "out"), "--format", "moodle", "--sheet", str(sheet), "--to", str(sheet)]
    assert main(command) == 1
    assert ["2", "", "2"] == [row["Grade"] for row in csv.DictReader(io.StringIO(sheet.read_text()))]


def test_moodle_worksheet_gets_grade_and_feedback() -> None:
    """By the participant's number that Moodle puts into folder names, and by mail address."""
    sheet = (
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Feedback comments\n"
        "Participant 55501,Anna Smith,anna.smith@uni.edu,Submitted,,20.00,\n"
        "Participant 55502,Bo Berg,bo@uni.edu,Submitted,,20.00,\n"
    )
    wrong = report("anna.smith", check("corr2d.values", "failed", 2, Finding(message="=1+1")))
    right = report("Bo Berg_55502_assignsubmission_file", check("corr2d.values"))
    done = export("moodle", [wrong, right], Order(sheet=sheet))
    rows = list(csv.DictReader(io.StringIO(done.text)))

    assert [row["Grade"] for row in rows] == ["0", "2"]
    assert rows[0]["Feedback comments"] == "0 of 2 points\ncorr2d.values: =1+1"
    assert done.left_out == ()


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_filled_file_keeps_its_byte_order_mark_and_line_ends(tmp_path: Path, mark: str, end: str) -> None:
    """Excel and the platform read it back as they did the original; line ends within a cell stay too."""
    (tmp_path / "as12").mkdir()
    (tmp_path / "as12" / "report.json").write_bytes(to_json(report("as12", check("corr2d.x"))))
    sheet = f'{mark}Student,SIS Login ID,HW (1){end}"Østergård,\nBo",as12,{{}}{end}'
    (tmp_path / "sheet.csv").write_bytes(sheet.format("").encode())

    named = ["--sheet", str(tmp_path / "sheet.csv"), "--column", "HW", "--to", str(tmp_path / "filled.csv")]
    assert main(["export", str(tmp_path), "--format", "canvas", *named]) == 0
    assert (tmp_path / "filled.csv").read_bytes() == sheet.format("2").encode()


@pytest.mark.parametrize("column", ["Student", "ID", "Section", "Final Score"])
def test_canvas_s_own_columns_take_no_scores(column: str) -> None:
    """Whose a row is stays as it was; the advice names assignments alone."""
    sheet = "Student,ID,Section,HW (1),Final Score\n    Points Possible,,,20,(read only)\nas12,1,A,,\n"
    told = f"a column '{column}', which is not for scores: name one of HW (1) with --column"
    with pytest.raises(UsageError, match=re.escape(told)):
        export("canvas", [report("as12", check("corr2d.x"))], Order(sheet=sheet, column=column))


@pytest.mark.parametrize(
    ("name", "order", "words"),
    [
        ("canvas", Order(), "fills in a file: in Canvas choose Grades, Export"),
        ("canvas", Order(sheet="a,b\n1,2\n"), "none of the columns SIS Login ID"),
        ("canvas", Order(sheet=CANVAS, column="Homework 4"), "no column 'Homework 4': name one of"),
        ("canvas", Order(sheet=CANVAS), "not one column for the score"),
        ("moodle", Order(sheet="Grade\n"), "no rows"),
        ("moodle", Order(sheet="Full name,Status,Grade\nA,,\n", column="Status"), "'Status', which is not for scores"),
        ("moodle", Order(sheet="Full name,Status\nA,\n"), "no column for a score: in the Moodle assignment"),
        ("xml", Order(), "no format 'xml'"),
    ],
)
def test_what_cannot_be_exported_is_one_sentence(name: str, order: Order, words: str) -> None:
    """What is wrong, and what to do."""
    with pytest.raises(UsageError, match=re.escape(words)):
        export(name, [report("anna", check("corr2d.x"))], order)


@pytest.mark.parametrize("name", ["gradescope", "classroom50", "github"])
def test_a_format_of_one_submission_refuses_a_class(name: str) -> None:
    """Their files hold one score."""
    with pytest.raises(UsageError, match="holds one submission, and there are 2"):
        export(name, [report(student, check("corr2d.x")) for student in "ab"], Order(environment=ENVIRONMENT))


def test_command_writes_what_the_folder_of_a_run_holds(
    mixed: SubmissionReport, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """`grader export` reads report.json files, says who was not placed, and tells so by its exit code."""
    (tmp_path / "anna").mkdir()
    (tmp_path / "anna" / "report.json").write_bytes(to_json(mixed))
    (tmp_path / "canvas.csv").write_text(CANVAS)
    sheet = ["--sheet", str(tmp_path / "canvas.csv"), "--column", "Final"]

    assert main(["export", str(tmp_path), "--format", "csv"]) == 0
    assert "anna,2,3.5,1,1,1,1,2,0,7" in capsys.readouterr().out
    to = tmp_path / "out" / "junit.xml"
    assert main(["export", str(tmp_path / "anna"), "--format", "junit", "--to", str(to)]) == 0
    assert to.read_text().startswith("<testsuites")
    assert main(["export", str(tmp_path), "--format", "canvas", *sheet]) == 1
    assert "grader: no row for anna" in capsys.readouterr().err
    assert main(["export", str(tmp_path / "none"), "--format", "csv"]) == 2
    assert "holds no report.json" in capsys.readouterr().err
    (tmp_path / "anna" / "report.json").write_text("{}")
    assert main(["export", str(tmp_path), "--format", "csv"]) == 2


def test_command_lists_the_formats_there_are() -> None:
    """The command line names them without importing what writes them."""
    from grader import cli

    assert list(FORMATS) == list(cli.FORMATS)
