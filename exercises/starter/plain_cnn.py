"""Exercise plain_cnn: a convolutional network whose sizes are arguments, with dropout. 184,586 parameters by default.

python plain_cnn.py trains it and shows the loss of every epoch.
"""

import torch
from torch import nn


class PlainCNN(nn.Module):
    """Standardised images (N, 1, 28, 28) -> logits (N, 10).

    conv 1->n1 5x5, max pooling 2, conv n1->n2 5x5, max pooling 2, flatten, fully connected n2*16->hidden, ReLU,
    dropout, hidden->10. No padding: 28 -> 24 -> 12 -> 8 -> 4. A ReLU after both convolutions is fine as well. Dropout
    acts on the hidden units, with the probability `dropout`, and only in training mode. No softmax at the end: the
    loss applies it.
    """

    def __init__(self, n1=32, n2=64, hidden=128, dropout=0.5):
        super().__init__()
        raise NotImplementedError

    def forward(self, x):
        raise NotImplementedError


def train(model, images, labels, *, device="cpu", seed=0):
    """Train `model` in place and return the loss of every epoch, for the curve in your report.

    images (N, 1, 28, 28) float32, standardised; labels (N,) int64. The grader gives 1,437 digits and two and a
    half minutes, then measures the accuracy on 360 others.
    """
    raise NotImplementedError


if __name__ == "__main__":
    from helper import digits

    torch.manual_seed(0)
    print(train(PlainCNN(), *digits("train")))
