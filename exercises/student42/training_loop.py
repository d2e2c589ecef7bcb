"""Train, test, keep."""

import torch
from torch.utils.data import DataLoader, TensorDataset


def train_loop(model, images, labels, loss_fn, optimizer, batch_size, seed=0):
    """One epoch; returns the mean loss of all samples."""
    shuffled = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(images, labels), batch_size=batch_size, shuffle=True, generator=shuffled)
    model.train()
    running_loss = 0.0
    for inputs, targets in loader:
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = loss_fn(outputs, targets)
        loss.backward()
        optimizer.step()
        # the last batch is smaller, so each loss counts as often as its batch has samples
        running_loss += loss.item() * inputs.size(0)
    return running_loss / len(images)


def test_loop(model, images, labels, loss_fn, batch_size=1000):
    """Mean loss and accuracy; the model is as before."""
    was_training = model.training
    model.eval()
    total_loss, correct = 0.0, 0
    with torch.no_grad():
        for inputs, targets in DataLoader(TensorDataset(images, labels), batch_size=batch_size):
            outputs = model(inputs)
            total_loss += loss_fn(outputs, targets).item() * inputs.size(0)
            correct += (outputs.argmax(dim=1) == targets).sum().item()
    model.train(was_training)
    return total_loss / len(images), correct / len(images)


def fit(model, train, test, loss_fn, optimizer, batch_size, epochs, seed=0):
    """Three curves, a number an epoch."""
    history = {"train_loss": [], "test_loss": [], "test_accuracy": []}
    for epoch in range(epochs):
        train_loss = train_loop(model, *train, loss_fn, optimizer, batch_size, seed=seed + epoch)
        test_loss, test_accuracy = test_loop(model, *test, loss_fn)
        for name, value in zip(history, (train_loss, test_loss, test_accuracy)):
            history[name].append(value)
    return history


def save(model, path):
    """The whole model and its state_dict, in one file."""
    torch.save({"model": model, "state_dict": model.state_dict()}, path)


def load(path, model=None):
    """The model of the file, or `model` with its values."""
    checkpoint = torch.load(path, weights_only=False)
    if model is None:
        return checkpoint["model"]
    model.load_state_dict(checkpoint["state_dict"])
    return model


if __name__ == "__main__":
    from helper import digits
    from mnist_cnn import MnistCNN

    network = MnistCNN()
    adam = torch.optim.Adam(network.parameters(), lr=0.002)
    print(fit(network, digits("train"), digits("test"), torch.nn.CrossEntropyLoss(), adam, 32, epochs=3))
    save(network, "trained.pt")
