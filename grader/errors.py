"""Everything that can go wrong, by whose fault it is.

GraderError
├── StudentError        the submission's fault: becomes a finding, costs points
│   ├── SubmissionUnreadable   the upload cannot be taken in at all
│   └── WorkerFailed           student code crashed, hung, flooded or broke the protocol
├── AuthorError         the course's fault: a check or course.toml is wrong
├── UsageError          the command line's fault
└── HarnessError        ours: never costs a student points, ends the run with exit code 3
    ├── SubmissionOutOfReach   the upload may be sound, but this machine does not let us read it
    ├── IsolationUnavailable   a layer of confinement that was required is missing
    └── ShortOfResources       processor time, processes or memory: another time it may work
"""

from __future__ import annotations


class GraderError(Exception):
    """The root: whatever the grader raises on purpose."""

    exit_code = 3


class StudentError(GraderError):
    """The submission is at fault."""

    exit_code = 1


class SubmissionUnreadable(StudentError):
    """The upload is too large, not what its name says, or a trap."""

    exit_code = 3  # not graded, whoever is at fault


class WorkerFailed(StudentError):
    """Student code ended, hung or flooded its worker, or broke the protocol.

    `kind` is one of: exited, killed, protocol; timeout, memory, threads, scratch, which are stops at a limit; and
    starved, for which the submission is not to blame: the machine gave it no time.
    """

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class AuthorError(GraderError):
    """A check, an exercise or a course file is wrong."""

    exit_code = 2


class UsageError(GraderError):
    """The command line asks for something that does not exist or makes no sense."""

    exit_code = 2


class HarnessError(GraderError):
    """The grader itself failed; no student pays for it."""


class SubmissionOutOfReach(HarnessError):
    """A submission, or a file of it, that cannot be read here, or is a link: for whoever runs the grader to mend."""


class IsolationUnavailable(HarnessError):
    """Grading was asked for with a protection that this machine does not have."""

    exit_code = 2


class ShortOfResources(HarnessError):
    """This machine was too busy: the submission can be graded again when less runs beside it."""
