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

    @staticmethod
    def subsample(x):
        return (x[..., 0::2, 0::2] + x[..., 0::2, 1::2] + x[..., 1::2, 0::2] + x[..., 1::2, 1::2]) / 4

    def features(self, x):
        x = self.subsample(torch.sigmoid(self.conv1(x)))
        x = self.subsample(torch.sigmoid(self.conv2(x)))
        return x.flatten(1)

    def forward(self, x):
        x = torch.sigmoid(self.fc1(self.features(x)))
        return self.fc3(torch.sigmoid(self.fc2(x)))


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for _ in range(20):
        batch_losses = []
        for idx in torch.utils.data.BatchSampler(
                torch.utils.data.RandomSampler(range(len(images))), batch_size=64, drop_last=False):
            optimizer.zero_grad()
            loss = criterion(model(images[idx].to(device)), labels[idx].to(device))
            loss.backward()
            optimizer.step()
            batch_losses.append(loss.item())
        losses.append(sum(batch_losses) / len(batch_losses))
    return losses
