import torch
import torch.nn as nn

print("loading my LeNet, torch", torch.__version__)


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)
        self.pool = nn.AvgPool2d(2)
        self.sig = nn.Sigmoid()

    def forward(self, x):
        print("input", x.shape)
        x = self.sig(self.conv1(x))
        print("after conv1", x.shape)
        x = self.pool(x)
        x = self.sig(self.conv2(x))
        print("after conv2", x.shape)
        x = self.pool(x)
        x = x.view(-1, 16 * 5 * 5)
        print("flat", x.shape)
        x = self.sig(self.fc1(x))
        x = self.sig(self.fc2(x))
        x = self.fc3(x)
        print("output", x.shape)
        return x


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    criterion = nn.CrossEntropyLoss()
    losses = []
    for epoch in range(20):
        total = 0
        order = torch.randperm(len(images))
        for i in range(0, len(images), 100):
            idx = order[i:i + 100]
            optimizer.zero_grad()
            out = model(images[idx].to(device))
            loss = criterion(out, labels[idx].to(device))
            loss.backward()
            optimizer.step()
            total += loss.item()
        print("epoch", epoch, "loss", total)
        losses.append(total)
    return losses
