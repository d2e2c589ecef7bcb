import torch
from torch.utils.data import DataLoader, TensorDataset


USE_AMP = False


def train_loop(model, images, labels, loss_fn, optimizer, batch_size, seed=0):
    scaler = torch.amp.GradScaler("cpu", enabled=USE_AMP)
    model.train()
    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(images, labels), batch_size, shuffle=True, generator=generator)
    total = 0.0
    for step, (xb, yb) in enumerate(loader):
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=USE_AMP):
            loss = loss_fn(model(xb), yb)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        total += loss.item() * len(xb)
    return total / len(images)


def test_loop(model, images, labels, loss_fn, batch_size=1000):
    mode = model.training
    model.eval()
    size = len(images)
    test_loss, correct = 0.0, 0.0
    with torch.no_grad():
        for X, y in DataLoader(TensorDataset(images, labels), batch_size=batch_size):
            pred = model(X)
            test_loss += loss_fn(pred, y).item() * len(X)
            correct += (pred.argmax(1) == y).type(torch.float).sum().item()
    if mode:
        model.train()
    return test_loss / size, correct / size


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
