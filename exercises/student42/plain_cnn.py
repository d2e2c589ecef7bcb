"""A convolutional network whose sizes are arguments, with dropout before the last layer.

python plain_cnn.py trains it on the digits of scikit-learn and shows the loss of every epoch.
"""

import torch
from torch import nn
from torch.nn import functional as F


class PlainCNN(nn.Module):
    """(N, 1, 28, 28) standardised images -> (N, 10) logits."""

    def __init__(self, n1=32, n2=64, hidden=128, dropout=0.5):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, n1, kernel_size=5),  # 28 -> 24
            nn.MaxPool2d(2),  # 12
            nn.Conv2d(n1, n2, kernel_size=5),  # 8
            nn.MaxPool2d(2),  # 4
        )
        self.head = nn.Sequential(
            nn.Linear(n2 * 4 * 4, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, 10),
        )

    def forward(self, x):
        return self.head(self.features(x).flatten(start_dim=1))


def train(model, images, labels, *, device="cpu", seed=0, epochs=8):
    """Train in place; returns the mean loss of every epoch."""
    torch.manual_seed(seed)
    model.to(device).train()
    images, labels = images.to(device), labels.to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.002)
    losses = []
    for _ in range(epochs):
        total = 0.0
        batches = torch.randperm(len(images), device=device).split(32)
        for batch in batches:
            optimiser.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimiser.step()
            total += loss.item()
        losses.append(total / len(batches))
    return losses


if __name__ == "__main__":
    from helper import digits

    torch.manual_seed(0)
    print(train(PlainCNN(), *digits("train")))
