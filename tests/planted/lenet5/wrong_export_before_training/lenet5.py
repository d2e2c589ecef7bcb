"""LeNet-5 with sigmoid and average pooling.

python lenet5.py trains it on the digits of scikit-learn and saves lenet5.pth and lenet5.onnx.
"""

import torch
from torch import nn
from torch.nn import functional as F


class LeNet5(nn.Module):
    """(N, 1, 28, 28) standardised images -> (N, 10) logits."""

    def __init__(self, num_classes=10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=5, padding=2),
            nn.Sigmoid(),
            nn.AvgPool2d(2),
            nn.Conv2d(6, 16, kernel_size=5),
            nn.Sigmoid(),
            nn.AvgPool2d(2),
        )
        self.classifier = nn.Sequential(
            nn.Linear(16 * 5 * 5, 120),
            nn.Sigmoid(),
            nn.Linear(120, 84),
            nn.Sigmoid(),
            nn.Linear(84, num_classes),
        )

    def forward(self, x):
        return self.classifier(self.features(x).flatten(start_dim=1))


def train(model, images, labels, *, device="cpu", seed=0, epochs=20):
    """Train in place; returns the mean loss of every epoch."""
    torch.manual_seed(seed)
    model.to(device).train()
    images, labels = images.to(device), labels.to(device)
    # plain SGD sits on a plateau for epochs with sigmoids; Adam leaves it at once
    optimiser = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for _ in range(epochs):
        total = 0.0
        batches = torch.randperm(len(images), device=device).split(64)
        for batch in batches:
            optimiser.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimiser.step()
            total += loss.item()
        losses.append(total / len(batches))
    return losses


if __name__ == "__main__":
    from helper import digits, save

    torch.manual_seed(0)
    network = LeNet5()
    print(train(network, *digits("train")))
    save(network, "lenet5")
