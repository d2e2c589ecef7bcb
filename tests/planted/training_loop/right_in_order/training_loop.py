import torch


def train_loop(model, images, labels, loss_fn, optimizer, batch_size, seed=0):
    model.train()
    n = len(images)
    loss_sum = 0
    for start in range(0, n, batch_size):
        x = images[start:start + batch_size]
        y = labels[start:start + batch_size]
        optimizer.zero_grad()
        out = model(x)
        loss = loss_fn(out, y)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(x)
    return loss_sum / n


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
    torch.save(model.state_dict(), path)
    torch.save(model, path + ".whole")


def load(path, model=None):
    if model is not None:
        model.load_state_dict(torch.load(path))
        return model
    return torch.load(path + ".whole", weights_only=False)
