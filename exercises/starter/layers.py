"""Exercise layers: the small functions between a network's matrix products.

x of the activations and of dropout has any shape, and what comes back has the same. Do not modify what you are given.
Inputs of 1000 and -1000 must give sigmoid, softplus, softmax and cross_entropy numbers: no inf, no nan.
"""


def linear(x, W, b=None):
    """x (N, in), W (out, in), b (out,) or None: x times W transposed, plus b; (N, out)."""
    raise NotImplementedError


def relu(x):
    """max(x, 0), value by value."""
    raise NotImplementedError


def sigmoid(x):
    """1 / (1 + exp(-x)), value by value."""
    raise NotImplementedError


def tanh(x):
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), value by value."""
    raise NotImplementedError


def softplus(x):
    """log(1 + exp(x)), value by value."""
    raise NotImplementedError


def softmax(x, axis=-1):
    """exp(x) divided by its sum along `axis`."""
    raise NotImplementedError


def cross_entropy(logits, labels):
    """The mean over the batch of -log(softmax(logits)[n, labels[n]]): one number.

    logits (N, C) are no probabilities yet; labels (N,) are whole numbers from 0 to C - 1.
    """
    raise NotImplementedError


def dropout(x, p, training, seed):
    """In training each value by itself becomes 0 with probability p, and x / (1 - p) else; otherwise x comes back as it is.

    The same seed drops the same values, another seed others.
    """
    raise NotImplementedError
