import torch
from torch.utils.data import DataLoader, TensorDataset


def train_loop(model, images, labels, loss_fn, optimizer, batch_size, seed=0):
    g = torch.Generator()
    g.manual_seed(seed)
    loader = DataLoader(TensorDataset(images, labels), batch_size=batch_size, shuffle=True, generator=g)
    model.train()
    running_loss = 0.0
    for X, y in loader:
        pred = model(X)
        loss = loss_fn(pred, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running_loss += loss.item() * X.size(0)
    return running_loss / len(loader.dataset)


def test_loop(model, images, labels, loss_fn, batch_size=1000):
    mode = model.training
    model.eval()
    size = len(images)
    test_loss, correct, batches = 0.0, 0.0, 0
    with torch.no_grad():
        for X, y in DataLoader(TensorDataset(images, labels), batch_size=batch_size):
            pred = model(X)
            test_loss += loss_fn(pred, y).item() * len(X)
            correct += (pred.argmax(1) == y).type(torch.float).mean().item()
            batches += 1
    if mode:
        model.train()
    return test_loss / size, correct / batches


def fit(model, train, test, loss_fn, optimizer, batch_size, epochs, seed=0):
    history = {"train_loss": [], "test_loss": [], "test_accuracy": []}
    for epoch in range(epochs):
        train_loss = train_loop(model, *train, loss_fn, optimizer, batch_size, seed + epoch)
        test_loss, accuracy = test_loop(model, *test, loss_fn)
        history["train_loss"].append(train_loss)
        history["test_loss"].append(test_loss)
        history["test_accuracy"].append(accuracy)
    return history


def save(model, path):
    torch.save(model, path)


def load(path, model=None):
    saved = torch.load(path, weights_only=False)
    if model is None:
        return saved
    model.load_state_dict(saved.state_dict())
    return model
