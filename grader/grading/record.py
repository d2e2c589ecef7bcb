"""Make the record of a submission of what was asked now and what is stored, put it into the gradebook, write it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from grader.course import Course
from grader.engine.local import Verdicts
from grader.gradebook import Entry, Gradebook, Result
from grader.grading.reuse import Plan, Wanted
from grader.judge.trail import shown
from grader.records import ExerciseResult, SubmissionReport, sum_points
from grader.report import kept
from grader.report.standing import standing

LEFT_OTHERWISE = "what another check of the exercise found is another now, and this one may depend on it"


class Recorder:
    """Of one run."""

    def __init__(self, book: Gradebook, course: Course, wanted: Wanted, places: Mapping[str, str]) -> None:
        """`places` is where submissions with a report lay before this run, by name."""
        self._book, self._course, self._wanted = book, course, wanted
        self._places = places
        self._asked = {check.id for check in wanted.checks}
        self._ids = {name: {check.id for check in exercise.checks} for name, exercise in course.exercises.items()}
        self.told: list[str] = []  # what an instructor may want to know
        self.asked = Counter[str]()  # how many results of each check were found by asking since this was made

    def put(self, entry: Entry, digest: str, plan: Plan, verdicts: Verdicts | None) -> None:
        """Put together what a submission's report says now. A report that is as it was is not made again."""
        book, new = self._book, verdicts.report if verdicts else None
        base = book.report(plan.base) if plan.base is not None else None
        known = book.results(plan.base) if plan.base is not None else {}
        report = new if base is None else self._joined(base, known, new)
        assert report is not None
        current = book.current(entry.name)
        if current is not None and current == plan.base and report == base:
            book.reuse([(entry, current)])
            return
        whole, old = report, {}
        if current is not None and (old := book.results(current)).keys() - self._asked:
            whole = self._with_earlier(entry, digest, report, book.report(current))
        results = list(self._results(whole, plan, verdicts.asked if verdicts else (), known, old))
        book.put(
            entry,
            whole,
            standing(whole),
            results,
            self._wanted.settled if whole is report else "",
            reused=new is None,
            trails=_trails(verdicts) if verdicts else {},
            base=plan.base,
        )
        self.asked.update(one.name for one in results if not one.run)

    def _with_earlier(
        self, entry: Entry, digest: str, report: SubmissionReport, old: SubmissionReport
    ) -> SubmissionReport:
        """With the results of checks that were not asked, of the same place or the same files: a name may have been another's."""
        whole = kept.merged(report, old, self._ids, self._asked)
        known = self._places.get(entry.name)
        if whole is report:
            return report
        if not (old.digest and old.digest == digest) and not (known is not None and kept.is_same(known, entry.place)):
            other = known if known is not None else "an unknown place"
            self.told.append(f"{entry.name}: the earlier report was of {other}, so nothing of it is kept")
            return report
        new = whole.notes[: len(whole.notes) - len(report.notes)]
        self.told += [f"{entry.name}: {note}" for note in new]
        return whole

    def _joined(
        self, base: SubmissionReport, known: Mapping[str, Result], new: SubmissionReport | None
    ) -> SubmissionReport:
        """The checks of this run: those of `new`, else those of `base` as they are shown now."""
        before, now = ({one.name: one for one in report.exercises} if report else {} for report in (base, new))
        exercises = []
        for exercise, checks in self._wanted.exercises().items():
            if exercise.name in now:
                exercises.append(now[exercise.name])
                continue
            told = before[exercise.name]
            stored = {check.id: check for check in told.checks}
            as_now = tuple(shown(check, stored[check.id], known[check.id].hint) for check in checks)
            exercises.append(msgspec.structs.replace(told, title=exercise.title, checks=as_now))
        artefacts = {one.file: one for report in (base, new) if report for one in report.artefacts}
        files = [
            file for exercise in self._wanted.exercises() for file in artefacts if file.startswith(f"{exercise.name}.")
        ]
        return msgspec.structs.replace(
            new or base,
            exercises=tuple(exercises),
            score=sum_points(exercise.score for exercise in exercises),
            max_score=sum_points(exercise.max_score for exercise in exercises),
            artefacts=tuple(artefacts[file] for file in dict.fromkeys(files)),
            notes=_notes(base, new, exercises, files),
        )

    def _results(
        self,
        report: SubmissionReport,
        plan: Plan,
        asked: Collection[str],
        known: Mapping[str, Result],
        old: Mapping[str, Result],
    ) -> Iterable[Result]:
        checks = self._course.checks
        for exercise in report.exercises:
            for result in exercise.checks:
                check = checks.get(result.id)
                stored = (old if result.earlier else known).get(result.id)
                stands = stored if result.earlier or result.id not in asked else None
                yield Result(
                    name=result.id,
                    outcome=result.outcome,
                    points=result.points,
                    earned=result.earned,
                    counted=result.counted,
                    seconds=result.seconds,
                    silent=not exercise.output,
                    public=result.public,
                    later=result.later,
                    hint=check.hint if check else "",
                    told=result.finding.headline if result.finding else "",
                    fingerprint="" if result.earlier else self._wanted.fingerprints.get(result.id, ""),
                    run=stands.run if stands else 0,
                    why=stands.why if stands else plan.why.get(result.id, LEFT_OTHERWISE),
                )


def _trails(verdicts: Verdicts) -> dict[str, bytes]:
    """Of each exercise that was judged."""
    found = {one.exercise: msgspec.json.encode(one) for one in verdicts.trails}
    return {exercise.name: found.get(exercise.name, b"") for exercise in verdicts.report.exercises}


def _notes(
    base: SubmissionReport, new: SubmissionReport | None, exercises: Sequence[ExerciseResult], files: Sequence[str]
) -> tuple[str, ...]:
    """As a run that asks everything makes them: about the hand-in, the exercises, the artefacts."""
    told = [note for report in (new, base) if report for note in report.notes if not note.startswith(kept.KEPT)]
    of_exercises = [note for exercise in exercises for note in exercise.notes]
    stored = {note for one in (base, new) if one for exercise in one.exercises for note in exercise.notes}
    others = [note for note in dict.fromkeys(told) if note not in stored]
    about = [note for file in files for note in others if note.startswith(f"{file} holds the very parameters of ")]
    return (*(note for note in others if note not in about), *of_exercises, *about)
