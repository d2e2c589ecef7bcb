"""Confinement of student code: layers that a forked worker puts on itself before it runs any.

prepared = prepare(Policy(read_only=interpreter_paths()), "strict")  # once, in the nursery
if os.fork() == 0:
    close_all_but({*pipes, *prepared.descriptors})
    prepared.enforce([submission])  # before any student code
"""

from grader.worker.confinement.doctor import LayerStatus, probe, strongest_level
from grader.worker.confinement.identity import become_unreadable, pdeathsig
from grader.worker.confinement.limits import Limits
from grader.worker.confinement.paths import evaluator_paths, held_out_paths, interpreter_paths, listed_paths
from grader.worker.confinement.policy import Level, Policy, Prepared, Role
from grader.worker.confinement.preparation import close_all_but, prepare

__all__ = [
    "LayerStatus",
    "Level",
    "Limits",
    "Policy",
    "Prepared",
    "Role",
    "become_unreadable",
    "close_all_but",
    "evaluator_paths",
    "held_out_paths",
    "interpreter_paths",
    "listed_paths",
    "pdeathsig",
    "prepare",
    "probe",
    "strongest_level",
]
