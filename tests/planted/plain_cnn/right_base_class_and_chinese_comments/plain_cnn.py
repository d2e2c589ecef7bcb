import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.utils.data import DataLoader, TensorDataset

# 平凡的卷积神经网络


class Base(nn.Module):
    def 特征(self, x):
        # 28 -> 24 -> 12 -> 8 -> 4
        x = self.pool(self.conv1(x))
        return self.pool(self.conv2(x))


class PlainCNN(Base):
    def __init__(self, n1=32, n2=64, hidden=128, dropout=0.5):
        super().__init__()
        self.pool = nn.AdaptiveMaxPool2d  # 不用
        self.pool = nn.MaxPool2d(kernel_size=2)
        self.conv1 = nn.Conv2d(in_channels=1, out_channels=n1, kernel_size=5)
        self.conv2 = nn.Conv2d(in_channels=n1, out_channels=n2, kernel_size=5)
        self.全连接1 = nn.Linear(n2 * 4 * 4, hidden)
        self.全连接2 = nn.Linear(hidden, 10)
        self.dropout = nn.Dropout(dropout)
        print("参数:", sum(p.numel() for p in self.parameters()))

    def forward(self, x):
        x = self.特征(x).flatten(1)
        x = self.dropout(F.relu(self.全连接1(x)))
        return self.全连接2(x)


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
