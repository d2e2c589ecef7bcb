import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.utils.data import DataLoader, TensorDataset


class PlainCNN(nn.Module):
    """conv -> relu -> pool, twice, then two linear layers"""

    def __init__(self, n1=32, n2=64, hidden=128, dropout=0.5):
        super().__init__()
        self.conv1 = nn.Conv2d(1, n1, 5)
        self.conv2 = nn.Conv2d(n1, n2, 5)
        self.fc1 = nn.Linear(n2 * 16, hidden)
        self.drop = nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(x.size(0), -1)
        x = self.drop(F.relu(self.fc1(x)))
        return self.fc2(x)


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
