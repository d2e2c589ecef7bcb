"""A convolutional network for MNIST.

python mnist_cnn.py trains it on the digits of scikit-learn and saves mnist_cnn.pth and mnist_cnn.onnx.
"""

import torch
from torch import nn
from torch.nn import functional as F


class MnistCNN(nn.Module):
    """(N, 1, 28, 28) standardised images -> (N, 10) logits."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.fc1 = nn.Linear(64 * 7 * 7, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)  # (N, 32, 14, 14)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # (N, 64, 7, 7)
        x = F.relu(self.fc1(torch.flatten(x, 1)))
        return self.fc2(x)


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
    from helper import digits, save

    torch.manual_seed(0)
    network = MnistCNN()
    print(train(network, *digits("train")))
    save(network, "mnist_cnn")
