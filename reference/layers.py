"""The small functions between a network's matrix products, written so that no number runs over.

Shapes: x and the results of the activations have any shape (...); logits (N, C), labels (N,), whole numbers below C.
Source: the documentation of torch.nn.functional; Zhang, Lipton, Li, Smola, "Dive into Deep Learning", sections 4.1 to 5.6;
Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting".
"""

from __future__ import annotations

import numpy as np


def linear(x: np.ndarray, W: np.ndarray, b: np.ndarray | None = None) -> np.ndarray:
    """y[n, o] = sum over i of x[n, i] * W[o, i], plus b[o].

    x (N, in), W (out, in), b (out,) -> (N, out), float64.
    """
    y: np.ndarray = np.asarray(x, dtype=np.float64) @ np.asarray(W, dtype=np.float64).T
    return y if b is None else y + b


def relu(x: np.ndarray) -> np.ndarray:
    """max(x, 0), value by value."""
    return np.asarray(np.maximum(x, 0))


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)), by way of tanh, which cannot run over: float64."""
    return np.asarray((1 + np.tanh(np.asarray(x, dtype=np.float64) / 2)) / 2)


def tanh(x: np.ndarray) -> np.ndarray:
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), with exp of negative numbers alone: float64."""
    shrunk = np.exp(-2 * np.abs(np.asarray(x, dtype=np.float64)))
    return np.asarray(np.sign(x) * (1 - shrunk) / (1 + shrunk))


def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)): float64."""
    x = np.asarray(x, dtype=np.float64)
    return np.asarray(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """exp(x) / sum of exp(x) along `axis`, unchanged when the largest is taken off first."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True))


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """The mean over the batch of -log softmax(logits)[n, labels[n]], by the log of a sum of exponentials.

    logits (N, C), labels (N,) -> a number.
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return float((log_sums - shifted[np.arange(len(labels)), labels]).mean())


def dropout(x: np.ndarray, p: float, training: bool, seed: int) -> np.ndarray:
    """Each value of x by itself is zero with probability p, else x / (1 - p); without training x itself.

    So the mean stays what it was, and nothing need be scaled where the network is used. The same seed drops the same.
    """
    if not training:
        return x
    kept = np.random.default_rng(seed).random(x.shape) >= p
    return np.where(kept, x / (1 - p), 0.0)
