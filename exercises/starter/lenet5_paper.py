"""Exercise lenet5_paper: LeNet-5 whose third layer is connected by the paper's table. 60,806 parameters.

python lenet5_paper.py trains it and shows the loss of every epoch.
"""

import torch
from torch import nn

# Table I of LeCun, Bottou, Bengio, Haffner 1998: which of the six maps of S2 each of the 16 maps of C3 sees.
# 16 tuples of numbers from 0 to 5, or zeros and ones.
TABLE = None


class LeNet5Paper(nn.Module):
    """Standardised images (N, 1, 28, 28) -> logits (N, 10).

    C1: conv 1->6 5x5 padding 2, sigmoid, average pooling 2. C3: conv 6->16 5x5, each map seeing only what TABLE says,
    with 60 kernels and 16 biases, 1,516 parameters; sigmoid, average pooling 2. Flatten, fully connected 400->120,
    sigmoid, 120->84, sigmoid, 84->10. No softmax at the end: the loss applies it.
    """

    def __init__(self):
        super().__init__()
        raise NotImplementedError

    def forward(self, x):
        raise NotImplementedError


def train(model, images, labels, *, device="cpu", seed=0):
    """Train `model` in place and return the loss of every epoch, for the curve in your report.

    images (N, 1, 28, 28) float32, standardised; labels (N,) int64. The grader gives 1,437 digits and two and a
    half minutes, then measures the accuracy on 360 others. Plain SGD sits on a plateau for long with sigmoids.
    """
    raise NotImplementedError


if __name__ == "__main__":
    from helper import digits

    torch.manual_seed(0)
    print(train(LeNet5Paper(), *digits("train")))
