"""Training the references: it learns, it repeats, and its records say what they measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from reference import train as training
from reference.data import Dataset, load
from reference.lenet5 import LeNet5
from reference.loop import Recipe, evaluate, fit, fit_together, rate
from reference.train import main, passing_share, recipe_for, threshold

QUICK = Recipe(epochs=2, batch_size=32, peak_rate=0.003)
RECORDS = sorted(Path(training.__file__).with_name("trained").glob("*.json"))


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load("digits", split="train")


def trained(digits: Dataset, network: str = "mnist_cnn", seed: int = 0, device: str = "cpu", recipe: Recipe = QUICK):
    """A network trained on the digits, and its history."""
    torch.manual_seed(seed)
    model = training.NETWORKS[network]()
    return model, fit(
        model, digits.standardised(), digits.labels, recipe=recipe, seed=seed, device=device, repeatable=True
    )


@pytest.mark.parametrize("network", ["mnist_cnn", "small_resnet"])
def test_loss_falls_from_epoch_to_epoch(digits: Dataset, network: str) -> None:
    """Two epochs over the digits are enough to see it learn."""
    _, history = trained(digits, network)

    assert history.loss[1] < history.loss[0] / 2
    assert len(history.seconds) == 2


def test_same_seed_gives_the_same_parameters_and_another_does_not(digits: Dataset) -> None:
    """A recorded accuracy can be had again."""
    first, again, other = (trained(digits, seed=seed)[0].state_dict() for seed in (3, 3, 4))

    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["fc2.weight"], other["fc2.weight"])


def test_fit_leaves_a_plain_network_in_evaluation_mode(digits: Dataset) -> None:
    """What comes back has the layout it came with and can be exported or shown as it is."""
    model, _ = trained(digits, recipe=replace(QUICK, epochs=1))

    assert not model.training
    assert model.conv2.weight.is_contiguous()
    assert "forward" not in vars(model)


def test_fewer_images_than_a_batch_are_one_batch(digits: Dataset) -> None:
    """A handful of images is trained on, not dropped."""
    model = LeNet5()
    history = fit(model, digits.standardised()[:5], digits.labels[:5], recipe=QUICK)

    assert all(loss > 0 for loss in history.loss)


def test_rate_rises_to_its_peak_and_falls_to_zero() -> None:
    """The schedule starts and ends at zero and peaks where the recipe says."""
    assert [rate(QUICK, share) for share in (0, 0.1, 0.2, 0.6, 1)] == pytest.approx([0, 0.0015, 0.003, 0.0015, 0])


def test_evaluate_is_the_share_of_right_labels() -> None:
    """Accuracy is counted over all images, and dropout or batch statistics play no part."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Dropout(0.9), torch.nn.Linear(784, 10, bias=False))
    torch.nn.init.zeros_(model[2].weight)
    labels = torch.tensor([0, 0, 0, 5])  # equal logits: the first label is predicted

    assert evaluate(model, torch.randn(4, 1, 28, 28), labels) == 0.75


@pytest.mark.parametrize(
    ("accuracies", "images", "expected"),
    [
        ([0.99] * 5, 10_000, 0.97),
        ([0.88, 0.89, 0.90, 0.91, 0.92], 10_000, 0.8368),
        ([0.99] * 5, 360, 0.9483),
        ([0.99] * 4, 10_000, None),
    ],
)
def test_threshold_is_the_mean_less_the_greatest_margin(
    accuracies: list[float], images: int, expected: float | None
) -> None:
    """A threshold needs five seeds, and leaves room for their spread, two points, and fifteen images."""
    assert threshold(accuracies, images) == expected


@pytest.mark.parametrize(("seeds", "factor"), [(5, 4.203), (10, 2.911), (30, 2.220)])
def test_passing_share_agrees_with_published_tolerance_factors(seeds: int, factor: float) -> None:
    """One-sided 95% / 95% factors as tables of normal tolerance limits print them (Odeh and Owen 1980)."""
    accuracies = np.linspace(-1, 1, seeds)
    accuracies /= np.std(accuracies, ddof=1)

    assert passing_share(list(accuracies), -factor) == pytest.approx(0.95, abs=2e-4)
    assert passing_share(list(accuracies), 100.0) == 0
    assert passing_share(list(accuracies), -100.0) == 1
    assert passing_share([0.5] * seeds, 0.4) == 1


@pytest.mark.parametrize("network", sorted({*training.NETWORKS} - {"plain_cnn"}))  # dropout draws by itself
def test_seeds_together_learn_what_each_would_learn_alone(digits: Dataset, network: str) -> None:
    """The same start, batches and rates: but for rounding the same parameters and batch statistics."""
    recipe = replace(QUICK, epochs=2, batch_size=16)
    images, labels = (
        digits.standardised()[:48].double(),
        digits.labels[:48],
    )  # float32 rounds differently within few steps
    seeds = (4, 5, 6)

    def fresh(seed: int) -> torch.nn.Module:
        torch.manual_seed(seed)
        return training.NETWORKS[network]().double()

    alone, together = ([fresh(seed) for seed in seeds] for _ in range(2))
    one_by_one = [
        fit(model, images, labels, recipe=recipe, seed=seed) for seed, model in zip(seeds, alone, strict=True)
    ]
    at_once = fit_together(together, images, labels, recipe=recipe, seeds=seeds, held_out=(images, labels))

    for model, other, history, shared in zip(alone, together, one_by_one, at_once, strict=True):
        assert shared.loss == pytest.approx(history.loss, rel=1e-6)
        assert shared.accuracy == (evaluate(model, images, labels),)
        for name, value in model.state_dict().items():
            torch.testing.assert_close(other.state_dict()[name], value, atol=1e-6, rtol=1e-6, msg=name)
    assert not torch.equal(*(next(model.parameters()) for model in together[:2]))


def test_seeds_together_are_one_for_each_network() -> None:
    """A seed too few would train a network with another's batches."""
    with pytest.raises(ValueError, match="2 models and 1 seeds"):
        fit_together([LeNet5(), LeNet5()], torch.zeros(2, 1, 28, 28), torch.zeros(2).long(), recipe=QUICK, seeds=[0])


def test_main_trains_seeds_together_and_tells_its_confidence(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """--together writes the same kind of record; with enough seeds it says how many trainings would pass."""
    arguments = ["lenet5", "--seeds", "5", "--epochs", "1", "--device", "cpu", "--together", "--out", str(tmp_path)]
    assert main(arguments) == 0
    record = json.loads((tmp_path / "lenet5-digits.json").read_text())

    assert len(record["accuracy"]) == 5
    assert record["passing_share"] == passing_share(record["accuracy"], record["threshold"])
    assert "5 seeds together, epoch 1/1: loss" in (told := capsys.readouterr()).err
    assert "with a confidence of 0.95, at least" in told.out


@pytest.mark.parametrize("options", [["--compile", "--together"], ["--compile", "--device", "cpu"]])
def test_main_compiles_one_seed_at_a_time_on_cuda(options: list[str], capsys: pytest.CaptureFixture) -> None:
    """Elsewhere it would cost minutes and gain nothing."""
    with pytest.raises(SystemExit):
        main(["lenet5", *options])
    assert "--compile" in capsys.readouterr().err


def test_main_writes_record_parameters_and_graph_that_agree(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """The command leaves a record, parameters that load with weights_only, and a graph for any batch size."""
    assert main(["lenet5", "--seeds", "2", "--epochs", "1", "--device", "cpu", "--out", str(tmp_path)]) == 0
    record = json.loads((tmp_path / "lenet5-digits.json").read_text())
    model = LeNet5().eval()
    model.load_state_dict(torch.load(tmp_path / "lenet5-digits.pth", weights_only=True))
    session = onnxruntime.InferenceSession(tmp_path / "lenet5-digits.onnx", providers=["CPUExecutionProvider"])
    test = load("digits")

    assert len(record["accuracy"]) == len(record["seconds"]) == 2
    assert record["checksums"]["test"] == test.checksum
    assert record["threshold"] is None
    assert record["device"].startswith("CPU")
    assert evaluate(model, test.standardised(), test.labels) == record["accuracy"][record["median_seed"]]
    for count in (1, 3):
        images = test.standardised()[:count]
        (logits,) = session.run(None, {"images": images.numpy()})
        np.testing.assert_allclose(logits, model(images).detach(), atol=1e-4)
    assert "seed 1, epoch 1/1: loss" in capsys.readouterr().err


def test_main_says_what_data_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Without the data set there is one sentence and no traceback."""
    assert main(["lenet5", "--data", "mnist", "--root", str(tmp_path)]) == 2
    assert "mnist is not there" in capsys.readouterr().err


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_kept_record_agrees_with_itself_and_with_the_kept_parameters(path: Path) -> None:
    """Mean, spread and threshold follow from the accuracies; kept parameters reach theirs on digits."""
    record = json.loads(path.read_text())
    accuracies = record["accuracy"]
    held_out = 360 if record["data"] == "digits" else 10_000

    assert len(accuracies) >= training.FEWEST_SEEDS
    assert record["threshold"] == threshold(accuracies, held_out)
    assert record["mean"] == pytest.approx(np.mean(accuracies), abs=1e-4)
    assert record["spread"] == pytest.approx(np.std(accuracies, ddof=1), abs=1e-4)
    model = training.NETWORKS[record["network"]]()
    model.load_state_dict(torch.load(path.with_suffix(".pth"), weights_only=True))
    if record["data"] == "digits":
        test = load("digits")
        reached = evaluate(model, test.standardised(), test.labels)
        assert reached == pytest.approx(accuracies[record["median_seed"]], abs=1 / len(test.labels))


@pytest.mark.parametrize(
    ("network", "data", "least"), [("lenet5", "fashion_mnist", 0.90), ("mnist_cnn", "mnist", 0.992)]
)
def test_kept_records_reach_the_course_s_targets(network: str, data: str, least: float) -> None:
    """The reference is a fair yardstick: it reaches what the course asks of it, over all its seeds' mean."""
    record = json.loads(Path(training.__file__).with_name("trained").joinpath(f"{network}-{data}.json").read_text())

    assert record["mean"] >= least


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("network", sorted(training.NETWORKS))
def test_cuda_learns_what_the_cpu_learns_and_repeats_itself(digits: Dataset, network: str) -> None:
    """Graphed and in bf16, training on CUDA reaches about the CPU's accuracy, bit for bit again by seed."""
    recipe = recipe_for(network, "digits")
    test = load("digits")
    first, again = (trained(digits, network, device="cuda", recipe=recipe)[0].cpu() for _ in range(2))

    assert evaluate(first, test.standardised(), test.labels) > 0.97
    assert all(torch.equal(first.state_dict()[name], value) for name, value in again.state_dict().items())


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_trains_seeds_together(digits: Dataset) -> None:
    """Eight LeNet5 at once, the step captured: each past what the course asks on the digits."""
    models = [LeNet5() for _ in range(8)]
    test = load("digits")
    recipe = recipe_for("lenet5", "digits")
    fit_together(models, digits.standardised(), digits.labels, recipe=recipe, device="cuda", seeds=range(8))

    assert all(evaluate(model, test.standardised(), test.labels) > 0.94 for model in models)
