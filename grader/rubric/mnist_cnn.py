"""Exercise mnist_cnn: a convolutional network for 28x28 digits, with ReLU and maximum pooling. 421,642 parameters."""

from __future__ import annotations

from grader.authoring.exercise import exercise
from grader.rubric.classifier import add_checks
from grader.rubric.classifier_contract import Plan
from grader.rubric.classifier_variants import Act, Conv, Dense, Do, Pool

mnist_cnn = exercise(
    "mnist_cnn",
    title="A convolutional network for MNIST",
    classes={"MnistCNN": "reference.mnist_cnn:MnistCNN"},
    optional=["mnist_cnn.onnx", "mnist_cnn.pth"],
    lesson="PyTorch tutorial: Training a classifier, with the MNIST images",
    about="MnistCNN(): conv 1->32 3x3 padding 1, ReLU, max pooling 2, conv 32->64 3x3 padding 1, ReLU, max pooling 2, "
    "flatten, 3136->128, ReLU, 128->10; logits. train(model, images, labels, *, device, seed) trains it in place. "
    "You may hand in mnist_cnn.pth (its state_dict) and mnist_cnn.onnx too.",
)
PLAN = Plan(
    name="MnistCNN",
    reference=lambda: mnist_cnn.classes["MnistCNN"](),
    parameters=421_642,
    activation="ReLU",
    activations=frozenset({"aten.relu", "aten.relu_", "aten.clamp_min", "aten.clamp_min_", "aten.maximum"}),
    graph={"Conv": 2, "Relu": 3, "MaxPool": 2, "Gemm": 2},
    overfit_rate=0.002,
    misread={421_642 - 234: "the layers have no biases"},
    steps=(
        Do("input"),
        Conv(32, 3, padding=1),
        Act("ReLU"),
        Pool("max"),
        Conv(64, 3, padding=1),
        Act("ReLU"),
        Pool("max"),
        Do("flatten"),
        Dense(128),
        Act("ReLU"),
        Dense(10),
        Do("output"),
    ),
)
add_checks(mnist_cnn, PLAN)
