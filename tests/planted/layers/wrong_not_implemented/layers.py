import torch
from torch import nn


class MyLinear(nn.Module):
    def __init__(self, W, b=None):
        super().__init__()
        self.W, self.b = W, b

    def forward(self, x):
        y = torch.mm(x, self.W.t())
        return y if self.b is None else torch.add(y, self.b)


class MyDropout(nn.Module):
    def __init__(self, p, seed):
        super().__init__()
        self.p, self.seed = p, seed

    def forward(self, x):
        if not self.training:
            return x
        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            noise = torch.rand_like(x, dtype=torch.float64)
        return torch.where(noise < self.p, torch.zeros_like(x), x / (1.0 - self.p))


class LogSoftmax(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        top, _ = x.max(dim=self.dim, keepdim=True)
        return x - top - (x - top).exp().sum(self.dim, keepdim=True).log()


def linear(x, W, b=None):
    return MyLinear(W, b)(x)


def relu(x):
    return (x + x.abs()) / 2


def sigmoid(x):
    return 0.5 * (torch.tanh(0.5 * x) + 1)


def tanh(x):
    return x.tanh()


def softplus(x):
    return torch.logaddexp(x, torch.zeros_like(x))


def softmax(x, axis=-1):
    return LogSoftmax(axis)(x).exp()


def cross_entropy(logits, labels):
    table = LogSoftmax(1)(logits)
    one_hot = nn.functional.one_hot(labels.long(), logits.shape[1])
    return -(table * one_hot).sum(1).mean(0, keepdim=True)


def dropout(x, p, training, seed):
    raise NotImplementedError
