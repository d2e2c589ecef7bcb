import torch
import torch.nn as nn


class Classifier(nn.Module):
    """Base of all my networks."""

    def count_parameters(self):
        return sum(p.numel() for p in self.parameters())

    def loss(self, x, y):
        return nn.functional.cross_entropy(self(x), y)


class LeNet5(Classifier):
    def __init__(self, num_classes=10):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2, 2),
            nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2, 2), nn.Flatten())
        self.decoder = nn.Sequential(
            nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, num_classes))

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Trainer:
    def __init__(self, model, lr=0.005, epochs=20, batch_size=64, device="cpu"):
        self.model = model.to(device)
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        self.epochs, self.batch_size, self.device = epochs, batch_size, device

    def one_epoch(self, images, labels):
        self.model.train()
        losses = []
        for idx in torch.randperm(len(images)).split(self.batch_size):
            self.optimizer.zero_grad()
            loss = self.model.loss(images[idx], labels[idx])
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return sum(losses) / len(losses)

    def fit(self, images, labels):
        images, labels = images.to(self.device), labels.to(self.device)
        return [self.one_epoch(images, labels) for _ in range(self.epochs)]


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    return Trainer(model, device=device).fit(images, labels)


if __name__ == "__main__":
    net = LeNet5()
    print(net)
    print(net.count_parameters(), "parameters")
    print(net(torch.zeros(2, 1, 28, 28)).shape)
