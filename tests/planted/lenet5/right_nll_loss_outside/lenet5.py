import torch
import torch.nn as nn
import torch.nn.functional as F


class LeNet5(nn.Module):
    def __init__(self):
        nn.Module.__init__(self)
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        # input 1@28x28 -> 6@28x28
        x = torch.sigmoid(self.conv1(x))
        # 6@28x28 -> 6@14x14
        x = F.avg_pool2d(x, 2, 2)
        # 6@14x14 -> 16@10x10
        x = torch.sigmoid(self.conv2(x))
        # 16@10x10 -> 16@5x5
        x = F.avg_pool2d(x, 2, 2)
        # 400 -> 120 -> 84 -> 10
        x = x.view(-1, self.num_flat_features(x))
        x = torch.sigmoid(self.fc1(x))
        x = torch.sigmoid(self.fc2(x))
        x = self.fc3(x)
        return x

    def num_flat_features(self, x):
        size = x.size()[1:]
        num_features = 1
        for s in size:
            num_features *= s
        return num_features


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    images, labels = images.to(device), labels.to(device)
    opt = torch.optim.Adam(model.parameters(), lr=0.005)
    criterion = nn.NLLLoss()
    losses = []
    for _ in range(20):
        model.train()
        for i in torch.randperm(len(images)).split(64):
            opt.zero_grad()
            criterion(F.log_softmax(model(images[i]), dim=1), labels[i]).backward()
            opt.step()
        model.eval()
        with torch.no_grad():
            losses.append(criterion(F.log_softmax(model(images), dim=1), labels).item())
    return losses
