import torch


def train_loop(model, images, labels, loss_fn, optimizer, batch_size, seed=0):
    raise NotImplementedError


def test_loop(model, images, labels, loss_fn, batch_size=1000):
    raise NotImplementedError


def fit(model, train, test, loss_fn, optimizer, batch_size, epochs, seed=0):
    raise NotImplementedError


def save(model, path):
    raise NotImplementedError


def load(path, model=None):
    raise NotImplementedError
