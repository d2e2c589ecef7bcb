"""Exercise lenet5: LeNet-5 for 28x28 images, with sigmoid and average pooling. 61,706 parameters."""

from __future__ import annotations

from grader.authoring.exercise import exercise
from grader.rubric.classifier import add_checks
from grader.rubric.classifier_contract import Plan
from grader.rubric.classifier_variants import Act, Conv, Dense, Do, Pool

lenet5 = exercise(
    "lenet5",
    title="LeNet-5",
    classes={"LeNet5": "reference.lenet5:LeNet5"},
    lesson="Dive into Deep Learning 7.6: Convolutional Neural Networks (LeNet)",
    about="LeNet5(): conv 1->6 5x5 padding 2, sigmoid, average pooling 2, conv 6->16 5x5, sigmoid, average pooling 2, "
    "flatten, 400->120, sigmoid, 120->84, sigmoid, 84->10; logits. train(model, images, labels, *, device, seed) "
    "trains it in place. Hand in lenet5.pth (its state_dict) and lenet5.onnx too.",
)
PLAN = Plan(
    name="LeNet5",
    reference=lambda: lenet5.classes["LeNet5"](),
    parameters=61_706,
    activation="sigmoid",
    activations=frozenset({"aten.sigmoid", "aten.sigmoid_", "aten.exp", "aten.log_sigmoid_forward"}),
    graph={"Conv": 2, "Sigmoid": 4, "AveragePool": 2, "Gemm": 3},
    overfit_rate=0.003,
    misread={
        61_786: "the second convolution has 16 biases, one an output channel, so 2,416 parameters; "
        "2,496 counts a bias for every input channel",
        61_706 - 156 - 2_416: "the convolutions are not registered",
        61_480: "the layers have no biases",
    },
    steps=(
        Do("input"),
        Conv(6, 5, padding=2),
        Act("sigmoid"),
        Pool("average"),
        Conv(16, 5),
        Act("sigmoid"),
        Pool("average"),
        Do("flatten"),
        Dense(120),
        Act("sigmoid"),
        Dense(84),
        Act("sigmoid"),
        Dense(10),
        Do("output"),
    ),
)
add_checks(lenet5, PLAN)
