import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.utils.data import DataLoader, TensorDataset


class PlainCNN(nn.Module):
    def __init__(self, n1=32, n2=64, hidden=128, dropout=0.5):
        super(PlainCNN, self).__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, n1, 5),
            nn.MaxPool2d(2, 2),
            nn.Conv2d(n1, n2, 5),
            nn.MaxPool2d(2, 2),
            nn.Flatten(),
            nn.Linear(16 * n2, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(p=dropout),
            nn.Linear(hidden, 10),
        )

    def forward(self, x):
        return self.net(x)


def train(model, images, labels, device="cpu", seed=0):
    torch.manual_seed(seed)
    loader = DataLoader(TensorDataset(images, labels), batch_size=50, shuffle=True)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    model = model.to(device)
    losses = []
    for epoch in range(20):
        model.train()
        epoch_loss = 0
        for data, target in loader:
            data, target = data.to(device), target.to(device)
            optimizer.zero_grad()
            output = model(data)
            loss = criterion(output, target)
            loss.backward()
            optimizer.step()
            epoch_loss += loss.item()
        losses.append(epoch_loss / len(loader))
    return losses
