import torch
def train_loop(model, images, labels, loss_fn, optimizer, batch_size, seed=0):
    model.train()
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    total = 0.0
    for i in range(0, len(images), batch_size):
        idx = order[i:i + batch_size]
        pred = model(images[idx])
        loss = loss_fn(pred, labels[idx])
        optimizer.zero_grad()
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
            total += loss_fn(out, y).item() * len(x)
            right += (out.argmax(1) == y).sum().item()
    model.train(was)
    return total / len(images), right / len(images)
def fit(model, train, test, loss_fn, optimizer, batch_size, epochs, seed=0):
    curves = {"train_loss": [], "test_loss": [], "test_accuracy": []}
    for e in range(epochs):
        curves["train_loss"].append(train_loop(model, *train, loss_fn, optimizer, batch_size, seed=seed + e))
        l, a = test_loop(model, *test, loss_fn)
        curves["test_loss"].append(l)
        curves["test_accuracy"].append(a)
    return curves
def load(path, model=None):
    stored = torch.load(path, weights_only=False)
    if model is None:
        return stored
    model.load_state_dict(stored.state_dict())
    return model



def save(model, path):
    model.eval()
    torch.save(model, path)
