"""What failed in words for a terminal: first the mistake, then the smallest example, then the next step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.records import CheckResult, ExerciseResult, Finding, SubmissionReport, sum_points
from grader.report.folding import folded
from grader.report.scoreboard import STYLES
from grader.report.screen import Screen
from grader.words import head_and_tail, one_line, points, visible

HEAD, TAIL = 8, 6  # lines shown of what was printed, and of a traceback
MOST_NAMED = 3  # skipped checks
OURS = "The grader failed here, not the submission. No points are lost by it."


def leading(report: SubmissionReport) -> list[CheckResult]:
    """The checks that failed, but those for which another tells the reason: of what was handed in first."""
    exercises = sorted(report.exercises, key=lambda exercise: exercise.missing)
    shown = (check for exercise in exercises for check, _ in folded(exercise.checks))
    return [check for check in shown if check.outcome == "failed"]


def tell_exercise(exercise: ExerciseResult, screen: Screen) -> None:
    """What failed, a paragraph a check; then in one line what was skipped, and what the code printed."""
    drawn = False
    for check, under in folded(exercise.checks):
        if check.outcome not in ("failed", "errored") or check.finding is None:
            continue
        screen.blank()
        heading = ((check.outcome.upper(), STYLES[check.outcome]), "  ", (one_line(check.id), "bold"))
        screen.say(*heading, f"  {one_line(check.title)}  ", (_worth([check]), "dim"), theirs=False)
        if check.outcome == "errored":
            screen.quote(OURS)
        tell(check.finding, screen, with_example=not drawn)
        drawn = drawn or _has_example(check.finding)
        _tell_folded(under, screen)
    _tell_skipped(exercise.name, [check for check in exercise.checks if check.outcome == "skipped"], screen)
    if exercise.output.strip() and any(check.outcome == "failed" for check in exercise.checks):
        screen.blank()
        screen.say(("Printed", "bold"), f" by {one_line(exercise.file)}:")
        tell_lines(exercise.output, screen)


def why_missing(exercises: Sequence[ExerciseResult]) -> list[str]:
    """What is said of files that were not handed in; once, where it is the same of each."""
    found = [(each.file, check.finding.message) for each in exercises for check in each.checks[:1] if check.finding]
    alike = {message.replace(file, "each", 1) for file, message in found}
    return list(alike) if len(alike) == 1 else [message for _, message in found]


def tell_missing(exercises: Sequence[ExerciseResult], screen: Screen) -> None:
    """The files that were not handed in, all in one paragraph."""
    checks = [check for exercise in exercises for check in exercise.checks]
    files = f"{len(exercises)} files: " + ", ".join(one_line(exercise.file) for exercise in exercises)
    screen.blank()
    screen.say(("NOT HANDED IN", STYLES["failed"]), f"  {files}  ", (_worth(checks), "dim"))
    for message in why_missing(exercises):
        screen.quote(message)
    screen.quote("Hand in files named exactly so, at the top of your folder.", style="cyan", label="Next step:")


def tell(finding: Finding, screen: Screen, with_example: bool = True) -> None:
    """One finding, behind the bar."""
    if finding.misconception:
        screen.quote(f"{finding.misconception}. {finding.explanation}".rstrip(), label="Likely mistake:")
    screen.quote(finding.message)
    tell_lines(finding.traceback, screen, "dim")
    if finding.call and (with_example or not _has_example(finding)):
        screen.quote(finding.call, label="Call:")
    if with_example:
        from grader.report.drawing import draw  # and NumPy, for which a summary need not wait

        draw(finding, screen)
    if finding.hint:
        screen.quote(finding.hint, style="cyan", label="Next step:")


def _tell_folded(checks: Sequence[CheckResult], screen: Screen) -> None:
    """The checks that fail for the reason just told."""
    if checks:
        fail = "1 more check fails" if len(checks) == 1 else f"{len(checks)} more checks fail"
        names = ", ".join(one_line(check.id) for check in checks)
        screen.quote(f"{fail} for this reason: {names} {_worth(checks)}", style="dim")


def tell_lines(text: str, screen: Screen, style: str = "") -> None:
    """Head and tail of a traceback, or of what student code printed."""
    for line in head_and_tail(visible(text, len(text)).splitlines(), HEAD, TAIL):
        screen.row((line, style))


def _tell_skipped(exercise: str, checks: Sequence[CheckResult], screen: Screen) -> None:
    if checks:
        reasons = list(dict.fromkeys(check.finding.message for check in checks if check.finding))
        first = [reason for reason in reasons if not any(check.id in reason for check in checks)]  # others follow
        screen.blank()
        few = len(checks) <= MOST_NAMED
        which = ", ".join(one_line(check.id) for check in checks) if few else f"{len(checks)} checks of {exercise}"
        why = one_line("; ".join(first or reasons))
        screen.say(("SKIPPED", STYLES["skipped"]), f"  {which}  ", (_worth(checks), "dim"), f"  {why}")


def _has_example(finding: Finding) -> bool:
    return bool(finding.arguments) or finding.expected is not None or finding.actual is not None


def _worth(checks: Iterable[CheckResult]) -> str:
    counted = [check for check in checks if check.counted]
    if not counted:
        return "(not counted)"
    earned, possible = (points(sum_points(each)) for each in zip(*((c.earned, c.points) for c in counted), strict=True))
    return f"({earned} of {possible} points)"
