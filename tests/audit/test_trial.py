"""An audit ends at once where the right answer does not pass a live check: all else it could say would follow from that."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import AuthorError
from tests.audit.small import RUBRIC, audited, make

LIVE = '''
@halve.check(points=1, live=True)
def asked(student):
    """Asked."""
    assert student.halve([[2.0]])[0][0] == 2
'''


def test_the_right_answer_is_tried_first(tmp_path: Path) -> None:
    """The check, its line and its words."""
    folder = make(tmp_path / "halves")
    (folder / "rubric" / "halve.py").write_text(RUBRIC + LIVE)
    line = (RUBRIC + LIVE).count("\n")
    words = rf"^the reference does not pass halve\.asked \(rubric/halve\.py, line {line}\): this does not hold: "
    with pytest.raises(AuthorError, match=words):
        audited(folder, mutants=1)
