import torch


def train_loop(model, images, labels, loss_fn, optimizer, batch_size, seed=0):
    model.train()
    import random

    numbers = list(range(len(images)))
    random.Random(seed).shuffle(numbers)
    model.zero_grad()
    running = 0.0
    for k in range(-(-len(numbers) // batch_size)):
        chosen = numbers[k * batch_size:(k + 1) * batch_size]
        outputs = model(images[chosen])
        loss = loss_fn(outputs, labels[chosen])
        loss.backward()
        optimizer.step()
        model.zero_grad()
        running += loss.item() * len(chosen)
    return running / len(numbers)


@torch.inference_mode()
def test_loop(model, images, labels, loss_fn, batch_size=1000):
    before = model.training
    model.train(False)
    losses, hits = [], []
    for x, y in zip(torch.split(images, batch_size), torch.split(labels, batch_size)):
        scores = model(x)
        losses.append(loss_fn(scores, y) * len(y))
        hits.append((scores.max(dim=1).indices == y).sum())
    model.train(before)
    return sum(losses) / len(images), sum(hits) / len(images)


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
