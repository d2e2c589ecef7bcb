import numpy as np
import torch


def train_loop(model, images, labels, loss_fn, optimizer, batch_size, seed=0, max_norm=1.0):
    model.train()
    rng = np.random.RandomState(seed % 2**32)
    order = rng.permutation(len(images))
    total_loss, count, i = 0.0, 0, 0
    while i < len(order):
        idx = torch.from_numpy(order[i:i + batch_size])
        i += batch_size
        optimizer.zero_grad(set_to_none=False)
        loss = loss_fn(model(images[idx]), labels[idx])
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        print(f"step {i}: loss {loss.item():.4f}, norm {norm:.3f}")
        total_loss += float(loss) * idx.numel()
        count += idx.numel()
    return total_loss / count


def test_loop(model, images, labels, loss_fn, batch_size=1000):
    was_training = model.training
    model.eval()
    total, correct = 0.0, 0
    with torch.no_grad():
        for i in range(0, len(images), batch_size):
            x, y = images[i:i + batch_size], labels[i:i + batch_size]
            out = model(x)
            total += loss_fn(out, y).item() * len(y)
            correct += (out.argmax(1) == y).sum().item()
    model.train(was_training)
    return total / len(images), correct / len(images)


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
    torch.save({"model": model, "state_dict": model.state_dict()}, path)


def load(path, model=None):
    checkpoint = torch.load(path, weights_only=False)
    if model is None:
        return checkpoint["model"]
    model.load_state_dict(checkpoint["state_dict"])
    return model
