import torch


def train_loop(model, images, labels, loss_fn, optimizer, batch_size, seed=0):
    model.train()
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    total = 0.0
    for idx in order.split(batch_size):
        optimizer.zero_grad()
        loss = loss_fn(model(images[idx]), labels[idx])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(idx)
    return total / len(images)


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
    torch.save(model, path)


def load(path, model=None):
    saved = torch.load(path, weights_only=False)
    return saved
