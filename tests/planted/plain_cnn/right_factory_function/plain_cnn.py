import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.utils.data import DataLoader, TensorDataset


def conv_block(i, o):
    return [nn.Conv2d(i, o, 5), nn.MaxPool2d(2)]


def PlainCNN(n1=32, n2=64, hidden=128, dropout=0.5):
    layers = conv_block(1, n1) + conv_block(n1, n2)
    layers += [nn.Flatten(), nn.Linear(n2 * 16, hidden), nn.ReLU()]
    layers += [nn.Dropout(dropout), nn.Linear(hidden, 10)]
    return nn.Sequential(*layers)


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
