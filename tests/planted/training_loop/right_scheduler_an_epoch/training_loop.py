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
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    train_losses, test_losses, accuracies = [], [], []
    for epoch in range(1, epochs + 1):
        train_losses.append(train_loop(model, train[0], train[1], loss_fn, optimizer, batch_size, seed=seed + epoch))
        scheduler.step()
        loss, acc = test_loop(model, test[0], test[1], loss_fn)
        test_losses.append(loss)
        accuracies.append(acc)
        print(f"epoch {epoch}: {loss:.3f} {acc:.1%}")
    return dict(train_loss=train_losses, test_loss=test_losses, test_accuracy=accuracies)


def save(model, path):
    torch.save({"model": model, "state_dict": model.state_dict()}, path)


def load(path, model=None):
    checkpoint = torch.load(path, weights_only=False)
    if model is None:
        return checkpoint["model"]
    model.load_state_dict(checkpoint["state_dict"])
    return model
