"""The layers between the matrix products, in PyTorch."""

import torch


def linear(x, W, b=None):
    y = x @ W.T
    return y if b is None else y + b


def relu(x):
    return x.clamp(min=0)


def sigmoid(x):
    # exp of negative numbers only: it cannot run over
    small = torch.exp(-x.abs())
    return torch.where(x >= 0, 1 / (1 + small), small / (1 + small))


def tanh(x):
    return 2 * sigmoid(2 * x) - 1


def softplus(x):
    return relu(x) + torch.log(1 + torch.exp(-x.abs()))


def log_softmax(x, axis=-1):
    """x minus the logarithm of the sum of exponentials, the largest of which is 1."""
    x = x - x.amax(dim=axis, keepdim=True)
    return x - torch.log(torch.exp(x).sum(dim=axis, keepdim=True))


def softmax(x, axis=-1):
    return torch.exp(log_softmax(x, axis))


def cross_entropy(logits, labels):
    """The mean over the batch of minus the logarithm of the right class's probability."""
    log_probabilities = log_softmax(logits, 1)
    return -log_probabilities[torch.arange(len(labels)), labels].mean()


def dropout(x, p, training, seed):
    if not training:
        return x
    generator = torch.Generator().manual_seed(seed)
    kept = torch.rand(x.shape, generator=generator) >= p
    return x * kept / (1 - p)
