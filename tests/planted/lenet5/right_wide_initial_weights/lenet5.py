import torch
import torch.nn as nn


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(),
            nn.Linear(400, 120), nn.Sigmoid(),
            nn.Linear(120, 84), nn.Sigmoid(),
            nn.Linear(84, 10),
        )
        self.apply(self.init)

    def init(self, m):
        # Glorot's advice for the sigmoid: four times the bound used for tanh.
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(m.weight, gain=4)
            nn.init.zeros_(m.bias)

    def forward(self, x):
        return self.net(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(images, labels), batch_size=32, shuffle=True, num_workers=0)
    sgd = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    criterion = nn.CrossEntropyLoss()
    losses = []
    for epoch in range(20):
        model.train()
        s = 0.0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            sgd.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            sgd.step()
            s += loss.item() * x.size(0)
        losses.append(s / len(images))
    return losses
