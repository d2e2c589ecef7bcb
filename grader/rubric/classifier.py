"""The checks that every network for 28x28 images shares: a plan says what is particular to one.

Images are (N, 1, 28, 28) float32, standardised; logits (N, 10). The network is built in the student's worker;
parameters, images and logits cross as arrays and are compared with the reference here.
"""

from __future__ import annotations

from functools import partial

from grader.authoring.exercise import Exercise
from grader.rubric import classifier_files, classifier_structure, classifier_training
from grader.rubric.classifier_contract import Plan
from grader.rubric.classifier_recognition import mistake


def add_checks(exercise: Exercise, plan: Plan) -> None:
    """Declare the checks of a network for 28x28 images on `exercise`."""
    classifier_structure.add_checks(exercise, plan)
    classifier_training.add_checks(exercise, plan)
    if plan.graph:
        classifier_files.add_checks(exercise, plan)
    exercise.recognise = partial(mistake, plan=plan)
