"""How the nursery confines each worker it forks: the one place where grading meets `confinement`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.worker import confinement
from grader.worker.confinement import gpu, layers

FIRST_FREE_DESCRIPTOR = 10  # below lie the ones that a worker arranges for itself


class Confiner:
    """Prepared once in the nursery, enforced in every worker before student code."""

    def __init__(self, level: confinement.Level, bubble: bool = False, card: bool = False) -> None:
        while os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC) < FIRST_FREE_DESCRIPTOR - 1:
            pass
        evaluator = confinement.evaluator_paths()
        policy = confinement.Policy(
            read_only=confinement.interpreter_paths(hidden=[*evaluator, *confinement.held_out_paths()]),
            listed=confinement.listed_paths(),
            evaluator=evaluator,
            gpu=gpu.devices() if card else (),
            namespaces=level == "strict" and not card,  # nobody has measured whether the driver works in them
        )
        self._prepared = confinement.prepare(policy, level)
        self.level = level
        self._bubble, self._card = bubble, card

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What must stay open in a worker until `enforce`."""
        return self._prepared.descriptors

    def describe(self) -> str:
        """The level and the layers in force, for the report."""
        in_force = self._prepared.in_force + (layers.SCRATCH,) * self._prepared.sized_scratch
        in_force += (layers.BUBBLEWRAP,) * self._bubble
        name = f"{self.level}, with a GPU" if self._card else self.level
        return f"{name}: {', '.join(in_force)}" if in_force else name

    def enforce(
        self, folder: Path, scratch: str, limits: dict[str, Any], role: confinement.Role, given: Sequence[str] = ()
    ) -> None:
        """Confine the calling process: it may read `folder` and the files `given`, and work in `scratch`."""
        self._prepared.enforce(
            [str(folder), *given],
            role=role,
            scratch=scratch,
            limits=confinement.Limits(
                cpu_seconds=limits["cpu_seconds"],
                memory_bytes=limits["memory_bytes"],
                scratch_bytes=limits["scratch_bytes"],
                file_bytes=limits["scratch_bytes"],
            ),
        )
        if self._card:
            os.environ |= gpu.environment(scratch)
        os.chdir(scratch)
        for path in folder.iterdir():  # raises here, as the grader's own fault, if anything is out of reach
            if path.is_file():
                path.open("rb").close()
