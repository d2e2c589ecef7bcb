import torch
from torch import nn
import torch.nn.functional as F
import numpy as np
def train_loop(model, images, labels, loss_fn, optimizer, batch_size, seed=0):
    model.train()
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(images), generator=g)
    total = 0.0
    for idx in order.split(batch_size):
        optimizer.zero_grad()
        loss = loss_fn(model(images[idx]), labels[idx])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(idx)
    return total / len(images)
def test_loop(model, images, labels, loss_fn, batch_size=1000):
    was = model.training
    model.eval()
    total, right = 0.0, 0
    with torch.no_grad():
        for i in range(0, len(images), batch_size):
            x, y = images[i:i + batch_size], labels[i:i + batch_size]
            out = model(x)
            total += loss_fn(out, y).item() * len(y)
            right += (out.argmax(1) == y).sum().item()
    model.train(was)
    return total / len(images), right / len(images)
def fit(model, train, test, loss_fn, optimizer, batch_size, epochs, seed=0):
    curves = {"train_loss": [], "test_loss": [], "test_accuracy": []}
    for epoch in range(epochs):
        curves["train_loss"].append(train_loop(model, *train, loss_fn, optimizer, batch_size, seed + epoch))
        loss, acc = test_loop(model, *test, loss_fn)
        curves["test_loss"].append(loss)
        curves["test_accuracy"].append(acc)
        return curves
def save(model, path):
    torch.save(model, path)


def load(path, model=None):
    saved = torch.load(path, weights_only=False)
    if model is None:
        return saved
    model.load_state_dict(saved.state_dict())
    return model


