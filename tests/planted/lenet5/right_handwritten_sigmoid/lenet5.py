import torch
from torch import nn


def sigmoid(x):
    return 1 / (1 + torch.exp(-x))


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, 1, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.pool = nn.AvgPool2d(2)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = sigmoid(self.conv1(x))
        x = self.pool(x)
        x = sigmoid(self.conv2(x))
        x = self.pool(x)
        x = x.reshape(x.shape[0], -1)
        x = sigmoid(self.fc1(x))
        x = sigmoid(self.fc2(x))
        x = self.fc3(x)
        return x


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    model.train()
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for epoch in range(20):
        order = torch.randperm(len(images))
        sum_of_losses = 0
        number_of_batches = 0
        i = 0
        while i < len(images):
            batch = order[i:i + 50]
            x = images[batch].to(device)
            y = labels[batch].to(device)
            output = model(x)
            loss = loss_function(output, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            sum_of_losses = sum_of_losses + loss.item()
            number_of_batches = number_of_batches + 1
            i = i + 50
        losses.append(sum_of_losses / number_of_batches)
    return losses
