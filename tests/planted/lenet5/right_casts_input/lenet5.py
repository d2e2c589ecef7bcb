import numpy as np
import torch
import torch.nn as nn


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)
        self.pool = nn.AvgPool2d(2)

    def forward(self, x):
        if isinstance(x, np.ndarray):
            x = torch.from_numpy(x)
        if x.dim() == 3:
            x = x.unsqueeze(1)
        x = x.to(self.conv1.weight.dtype)
        assert x.shape[1:] == (1, 28, 28), f"expected (N, 1, 28, 28), got {tuple(x.shape)}"
        x = self.pool(torch.sigmoid(self.conv1(x)))
        x = self.pool(torch.sigmoid(self.conv2(x)))
        x = torch.sigmoid(self.fc1(x.flatten(1)))
        x = torch.sigmoid(self.fc2(x))
        return self.fc3(x)

    def predict(self, x):
        self.eval()
        with torch.no_grad():
            return self(x).argmax(dim=1)


def train(model, images, labels, *, device="cpu", seed=0):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    criterion = nn.CrossEntropyLoss()
    losses = []
    for epoch in range(22):
        model.train()
        order = torch.from_numpy(rng.permutation(len(images)))
        total = 0.0
        for start in range(0, len(images), 64):
            rows = order[start:start + 64]
            optimizer.zero_grad()
            loss = criterion(model(images[rows].to(device)), labels[rows].to(device))
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(images))
        if epoch % 10 == 9:
            right = (model.predict(images.to(device)) == labels.to(device)).float().mean().item()
            print(f"{epoch + 1}: training accuracy {right:.3f}")
    return losses
