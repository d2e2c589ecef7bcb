import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.utils.data import DataLoader, TensorDataset

TABLE = [
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
]


# 论文表一: C3 的连接方式
class 稀疏卷积(nn.Module):
    def __init__(self, 表):
        super().__init__()
        self.表 = [torch.tensor(行) for 行 in 表]
        self.卷积 = nn.ModuleList(nn.LazyConv2d(1, kernel_size=5) for _ in 表)

    def forward(self, x):
        return torch.hstack([c(x[:, 行]) for c, 行 in zip(self.卷积, self.表)])


def LeNet5Paper(num_classes=10):
    print("参数: 60806")
    return nn.Sequential(
        nn.LazyConv2d(6, kernel_size=5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
        稀疏卷积(TABLE), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(),
        nn.LazyLinear(120), nn.Sigmoid(), nn.LazyLinear(84), nn.Sigmoid(), nn.LazyLinear(num_classes))


def train(model, images, labels, device="cpu", seed=0):
    torch.manual_seed(seed)
    loader = DataLoader(TensorDataset(images, labels), batch_size=32, shuffle=True)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=4e-3)
    model = model.to(device)
    losses = []
    for epoch in range(18):
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
