"""One student's mark: `mark_of(report, policy, person)`, and a line for all that stands between it and the points."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from grader.policy.people import Person
from grader.policy.rules import Policy
from grader.records import ExerciseResult, Record, SubmissionReport, sum_points
from grader.words import points as shown

CLOCK = "%Y-%m-%d %H:%M %Z"


class Line(Record, frozen=True, kw_only=True):
    """One reason why a mark is not simply the points."""

    text: str  # may hold what a teacher wrote
    points: float = 0.0  # what it adds or takes


class Mark(Record, frozen=True, kw_only=True):
    """What a submission counts."""

    score: float
    max_score: float
    lines: tuple[Line, ...] = ()  # the points first; the score is their sum
    doubts: tuple[str, ...] = ()  # what the instructor has to settle, such as a time that nobody knows
    counts: bool = True  # False where another attempt of the same student does
    due: datetime | None = None  # the last deadline of the student's own: until then some things are not told

    def __post_init__(self) -> None:
        if self.score != max(0.0, sum_points(line.points for line in self.lines)):
            raise ValueError(f"a mark of {self.score} is not the sum of its lines")

    @property
    def told(self) -> list[str]:
        """The lines in words, where there is more to say than the points."""
        if len(self.lines) < 2:
            return []
        return [f"{line.text}: {line.points:+.10g}" if line.points else line.text for line in self.lines]


class _Part(Record, frozen=True, kw_only=True):
    """What an exercise contributes."""

    name: str
    earned: float
    possible: float


def mark_of(report: SubmissionReport, policy: Policy, person: Person) -> Mark:
    """The mark for a report, by the course's rules and what is said of this student."""
    lines: list[Line] = []
    parts: list[_Part] = []
    for exercise in report.exercises:
        if exercise.name in person.excused:
            lines.append(Line(text=f"{exercise.name}: excused, its {shown(exercise.max_score)} points are left out"))
            continue
        part, told = _part(exercise, policy)
        parts.append(part)
        lines += [Line(text=told)] if told else []
    total = sum_points(part.earned for part in parts)
    lines.insert(0, Line(text="What the checks earned", points=total))
    late, doubts = _late(parts, policy, person)
    lines += late
    for manual in person.manual:
        text = f"{manual.exercise}: {manual.comment}" if manual.exercise else manual.comment
        lines.append(Line(text=text, points=manual.points))
    dues = [due for part in parts if (due := _due(policy, person, part.name))]
    return Mark(
        score=max(0.0, sum_points(line.points for line in lines)),
        max_score=sum_points(part.possible for part in parts),
        lines=tuple(lines),
        doubts=tuple(doubts),
        due=max(dues, default=None),
    )


def as_it_is(report: SubmissionReport) -> Mark:
    """The mark of a course without rules."""
    return Mark(
        score=report.score,
        max_score=report.max_score,
        lines=(Line(text="What the checks earned", points=report.score),),
    )


def _part(exercise: ExerciseResult, policy: Policy) -> tuple[_Part, str]:
    """What an exercise counts, and in words what is not as in its report."""
    extra = exercise.name in policy.extra_credit
    regular = [check for check in exercise.checks if check.counted and check.id not in policy.extra_credit]
    earned = exercise.score
    possible = sum_points(check.points for check in regular)
    bonus = sum_points([earned, *(-check.earned for check in regular)])
    told = [f"{shown(earned)} points"] if extra or bonus else []
    told += ["extra credit"] if extra else [f"{shown(bonus)} of them extra credit"] if bonus else []
    weight = policy.weights.get(exercise.name)
    if weight is not None:
        counts = round(earned * weight / possible, 2) if possible else 0.0
        told.append(f"{shown(earned)} of {shown(possible)} points count {shown(counts)} of {shown(weight)}")
        earned, possible = counts, weight if possible else 0.0
    words = f"{exercise.name}: {', '.join(told)}" if told else ""
    return _Part(name=exercise.name, earned=earned, possible=0.0 if extra else possible), words


def _due(policy: Policy, person: Person, exercise: str) -> datetime | None:
    """The latest time at which an exercise may come: an extension never shortens."""
    dues = [policy.due(exercise), person.deadline, person.deadlines.get(exercise)]
    return max((due for due in dues if due), default=None) if policy.due(exercise) else None


def _late(parts: Iterable[_Part], policy: Policy, person: Person) -> tuple[list[Line], list[str]]:
    """A line for each deadline that was missed; exercises that share one are late together."""
    by_due: dict[datetime, list[_Part]] = defaultdict(list)
    for part in parts:
        if due := _due(policy, person, part.name):
            by_due[due].append(part)
    if not by_due or not (policy.late.percent or policy.late.points):
        return list(_extended(by_due, policy, person)), []
    if person.handed_in is None:
        known = "it is late" if person.is_late else "nothing says when it was handed in"
        return [], [f"{known}: write handed_in = TIME into the marks file; nothing is taken off until then"]
    lines = list(_extended(by_due, policy, person))
    for due, group in sorted(by_due.items()):
        over = person.handed_in.astimezone(UTC) - due.astimezone(UTC)  # within one zone Python forgets summer time
        if over > timedelta(minutes=policy.grace_minutes):
            named = ", ".join(part.name for part in group)
            lines.append(_missed(over, due, group, policy, f"{named}: " if len(by_due) > 1 else "", person.source))
        elif over > timedelta(0):
            lines.append(Line(text=f"Handed in {_long(over)} after the deadline, which is within the grace"))
    return lines, []


def _missed(over: timedelta, due: datetime, group: list[_Part], policy: Policy, named: str, source: str) -> Line:
    late = policy.late
    begun = math.ceil(over / late.unit)
    rate = late.percent or late.points
    cost = begun * rate
    capped = late.at_most is not None and cost > late.at_most
    cost = min(cost, late.at_most) if late.at_most is not None else cost
    if late.percent:
        rule = f"{shown(rate)} %"
        cost = sum(min(cost / 100 * part.possible, part.earned) for part in group)  # none pays for another
    else:
        rule = f"{shown(rate)} points"
        cost = min(cost, sum_points(part.earned for part in group))
    each = f"{begun} {late.per}{'s' if begun > 1 else ''} begun, {rule} each"
    limit = f", at most {shown(late.at_most or 0)}{' %' if late.percent else ''}" if capped else ""
    when = f"handed in {_long(over)} after the deadline ({due.strftime(CLOCK)}), as {source} says"
    return Line(text=f"{named or 'Late: '}{when}: {each}{limit}", points=0.0 - round(cost, 2))


def _extended(by_due: Iterable[datetime], policy: Policy, person: Person) -> Iterator[Line]:
    for due in sorted(by_due):
        if due in (person.deadline, *person.deadlines.values()):
            yield Line(text=f"Extension: the deadline is {due.strftime(CLOCK)}")


def _long(over: timedelta) -> str:
    minutes = math.ceil(over / timedelta(minutes=1))
    if minutes < 120:
        return f"{minutes} minute{'s' if minutes != 1 else ''}"
    hours = minutes // 60
    return f"{hours} hours" if hours < 72 else f"{hours // 24} days"
