import torch
import torch.nn as nn

CHANNELS = [1, 6, 16]
SIZES = [400, 120, 84, 10]


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for i, (a, b) in enumerate(zip(CHANNELS, CHANNELS[1:])):
            layers += [nn.Conv2d(a, b, 5, padding=2 if i == 0 else 0), nn.Sigmoid(), nn.AvgPool2d(2)]
        layers.append(nn.Flatten())
        for a, b in zip(SIZES, SIZES[1:]):
            layers += [nn.Linear(a, b), nn.Sigmoid()]
        layers.pop()  # no sigmoid after the logits
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


def batches(n, size, generator):
    order = torch.randperm(n, generator=generator)
    for start in range(0, n, size):
        yield order[start:start + size]


def train(model, images, labels, *, device="cpu", seed=0):
    generator = torch.Generator().manual_seed(seed)
    model.to(device)
    images, labels = images.to(device), labels.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for _ in range(20):
        total = 0.0
        for idx in batches(len(images), 64, generator):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images[idx]), labels[idx])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(idx)
        losses.append(total / len(images))
    return losses
