"""How a run shows the images that networks are trained and measured on."""

from __future__ import annotations

import numpy as np
import pytest

from grader.authoring.expect import CheckFailure
from grader.errors import HarnessError
from grader.rubric.held_out import CLASSES, DARKEST, HeldOut, View
from grader.rubric.thresholds import Threshold
from reference import data

WANTED = Threshold(data="digits", threshold=0.9, mean=0.95, spread=0.01)
NUMBERS = (3, 1, 4, 0, 5, 9, 2, 6, 8, 7)
SEEDS = range(6)
DISGUISED = View(order=5, brightness=0.9, quarters=1, mirrored=True, numbers=NUMBERS)


def random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def disguised(seed: int) -> View:
    return View.disguised(random(seed))


def one_hot(labels: np.ndarray) -> np.ndarray:
    return np.eye(CLASSES, dtype="float32")[labels]


def accuracy(held_out: HeldOut, logits: np.ndarray) -> float:
    return held_out.accuracy(logits, WANTED)[0]


# --- what a run decides -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [View.plain, View.disguised])
def test_the_same_random_numbers_give_the_same_view(kind: object) -> None:
    """And others another one."""
    make = kind
    views = [make(random(seed)) for seed in (7, 7, 8)]  # type: ignore[operator]

    assert views[0] == views[1] != views[2]


def test_a_plain_view_leaves_orientation_and_classes_alone() -> None:
    """A network that was trained elsewhere knows which way up digits are, and what they are called."""
    views = [View.plain(random(seed)) for seed in SEEDS]

    assert {(0, False, tuple(range(CLASSES)))} == {(view.quarters, view.mirrored, view.numbers) for view in views}
    assert all(DARKEST <= view.brightness <= 1 for view in views)


def test_all_disguises_come_up() -> None:
    """Every turn, mirrored and not; the classes in many orders, all of them each time."""
    views = [disguised(seed) for seed in range(100)]

    assert 8 == len({(view.quarters, view.mirrored) for view in views})
    assert len({view.numbers for view in views}) > 90
    assert all([*range(CLASSES)] == sorted(view.numbers) for view in views)
    assert all(DARKEST <= view.brightness <= 1 for view in views)


# --- what is shown ------------------------------------------------------------------------------------


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_images_are_turned_alike(quarters: int, mirrored: bool) -> None:
    """Those to train on and those that are held out; the report shows the latter as they are."""
    view = View(order=5, brightness=1.0, quarters=quarters, mirrored=mirrored)
    upright = View(order=5, brightness=1.0)
    shown, plain = view.held_out("digits"), upright.held_out("digits")

    def turned(images: np.ndarray) -> np.ndarray:
        found = np.rot90(images, quarters, (2, 3))
        return found[..., ::-1] if mirrored else found

    assert np.array_equal(turned(plain.images), shown.images)
    assert np.array_equal(turned(upright.training_part()[0]), view.training_part()[0])
    assert np.array_equal(plain.pixels, shown.pixels)
    assert np.array_equal(plain.labels, shown.labels)


def test_a_plain_view_shows_the_data_set() -> None:
    """In another order, and a little darker: nothing else is changed."""
    whole, view = data.load("digits"), View(order=5, brightness=0.95)
    held_out, order = view.held_out("digits"), np.random.default_rng(5).permutation(len(whole_labels()))
    source = data.SOURCES["digits"]
    grey = held_out.images[:, 0] * source.std + source.mean

    assert np.array_equal(whole.labels.numpy()[order], held_out.labels)
    assert np.allclose(whole.images.numpy()[order, 0] * 0.95, grey, atol=1e-6)
    assert not np.array_equal(order, np.arange(len(order)))


def whole_labels() -> np.ndarray:
    found: np.ndarray = data.load("digits").labels.numpy()
    return found


def test_training_labels_are_the_classes_numbered_anew() -> None:
    """Each class by one number for all its images."""
    images, labels = DISGUISED.training_part()
    own = View(order=5, brightness=1.0).training_part()[1]

    assert (len(images), "int64") == (len(labels), labels.dtype.name)
    assert [NUMBERS[label] for label in own] == labels.tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_perfect_classifier_of_disguised_digits_is_always_right(seed: int) -> None:
    """It gives the numbers that it was trained with; held out, these are told from the data set's own."""
    view = disguised(seed)
    held_out = view.held_out("digits")

    assert 1.0 == accuracy(held_out, one_hot(np.array(view.numbers)[held_out.labels]))


def test_who_knows_the_digits_by_heart_is_no_better_off() -> None:
    """The data set's own labels are right for those classes only whose number is their own."""
    held_out = DISGUISED.held_out("digits")
    share = float(np.mean([NUMBERS[label] == label for label in held_out.labels]))

    assert share == accuracy(held_out, one_hot(held_out.labels)) < 0.3


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_learned_from_the_training_part_holds_for_the_rest(seed: int) -> None:
    """The nearest image that was trained on names the class: turns and numbers are one and the same in both parts."""
    view = disguised(seed)
    images, labels = view.training_part()
    held_out = view.held_out("digits")
    known, asked = images.reshape(len(images), -1), held_out.images.reshape(len(held_out.images), -1)
    apart = (known**2).sum(1) - 2 * asked @ known.T
    nearest = labels[apart.argmin(axis=1)]

    assert accuracy(held_out, one_hot(nearest)) > 0.95


# --- evidence, faults ---------------------------------------------------------------------------------


def test_evidence() -> None:
    """The share, what was taken for what in the data set's own names, and pictures that are the right way up."""
    held_out = DISGUISED.held_out("digits")
    wrong = np.where(held_out.labels == 0, 1, held_out.labels)  # every 0 taken for a 1
    share, (measure, confusion, pictures) = held_out.accuracy(one_hot(np.array(NUMBERS)[wrong]), WANTED)
    zeros = int((held_out.labels == 0).sum())
    first = int(np.flatnonzero(held_out.labels == 0)[0])

    assert (share, 0.9, "digits") == (measure.value, measure.threshold, measure.data)
    assert (0, zeros) == (confusion.counts[0][0], confusion.counts[0][1])
    assert f"{held_out.classes[0]} taken for {held_out.classes[1]}" == pictures.items[0].label
    assert (held_out.pixels[first] * 255).astype(int).tolist() == [list(row) for row in pictures.items[0].pixels]


def test_logits_of_another_shape() -> None:
    """Are told before anything is counted."""
    held_out = View(order=0, brightness=1.0).held_out("digits")
    with pytest.raises(CheckFailure, match=r"the output has shape \(2, 10\)"):
        held_out.accuracy(np.zeros((2, 10)), WANTED)


def test_a_damaged_data_set_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """No student pays for it."""

    def damaged(*_: object) -> None:
        raise data.DataError("train-images is cut off")

    monkeypatch.setattr(data, "load", damaged)
    with pytest.raises(HarnessError, match="train-images is cut off"):
        View(order=0, brightness=1.0).held_out("digits")
