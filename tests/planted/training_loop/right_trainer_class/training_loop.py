import torch


class Trainer:
    def __init__(self, model, loss_fn, optimizer=None):
        self.model, self.loss_fn, self.optimizer = model, loss_fn, optimizer

    def batches(self, images, labels, size, order):
        for start in range(0, len(order), size):
            pick = order[start:start + size]
            yield images[pick], labels[pick]

    def step(self, x, y):
        self.optimizer.zero_grad()
        loss = self.loss_fn(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def epoch(self, images, labels, size, seed):
        self.model.train()
        order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
        pairs = [(self.step(x, y), len(y)) for x, y in self.batches(images, labels, size, order)]
        return (sum(loss * n for loss, n in pairs) / len(images)).item()

    @torch.no_grad()
    def measure(self, images, labels, size):
        mode = self.model.training
        self.model.eval()
        try:
            out = torch.cat([self.model(x) for x, _ in self.batches(images, labels, size, torch.arange(len(images)))])
        finally:
            self.model.train(mode)
        return self.loss_fn(out, labels).item(), (out.argmax(-1) == labels).float().mean().item()


def train_loop(model, images, labels, loss_fn, optimizer, batch_size, seed=0):
    return Trainer(model, loss_fn, optimizer).epoch(images, labels, batch_size, seed)


def test_loop(model, images, labels, loss_fn, batch_size=1000):
    return Trainer(model, loss_fn).measure(images, labels, batch_size)


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
