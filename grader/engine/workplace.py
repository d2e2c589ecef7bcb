"""Where a run works: a scratch folder and a warm nursery. Started before all else, that takes long to import too."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from grader.worker.client import Nursery
from grader.worker.confinement import Level, become_unreadable
from grader.worker.scratch import remove


class Workplace:
    """Of one run, for so many judge processes; `card`: student code may use a GPU. Use as a context manager."""

    def __init__(self, isolation: Level, jobs: int, card: bool = False) -> None:
        become_unreadable()  # expected values and hidden inputs will be in this process
        self.jobs = jobs
        self.folder = Path(tempfile.mkdtemp(prefix="grader-"))
        self.folder.chmod(0o711)  # confined workers pass through under a uid of their own
        self.digits = self.folder / "digits.npy"  # what student code may see of them; to be there when a worker starts
        try:
            self.nursery = Nursery(isolation, channels=jobs, folder=self.folder, digits=self.digits, card=card)
        except BaseException:
            remove(self.folder)
            raise

    def close(self) -> None:
        self.nursery.close()
        remove(self.folder)

    def __enter__(self) -> Workplace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def default_jobs() -> int:
    return max(1, len(os.sched_getaffinity(0)))
