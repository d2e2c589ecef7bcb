import torch
from torch import nn
from torch.nn.functional import avg_pool2d, cross_entropy


class LeNet5(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv_1 = nn.Conv2d(in_channels=1, out_channels=6, kernel_size=5, stride=1, padding=2, bias=True)
        self.conv_2 = nn.Conv2d(in_channels=6, out_channels=16, kernel_size=5, stride=1, padding=0, bias=True)
        self.linear_1 = nn.Linear(in_features=400, out_features=120)
        self.linear_2 = nn.Linear(in_features=120, out_features=84)
        self.linear_3 = nn.Linear(in_features=84, out_features=num_classes)

    def forward(self, x):
        h = self.conv_1(x).sigmoid()
        h = avg_pool2d(h, kernel_size=2, stride=2)
        h = self.conv_2(h).sigmoid_()
        h = avg_pool2d(h, kernel_size=2, stride=2).flatten(1)
        h = self.linear_1(h).sigmoid()
        h = self.linear_2(h).sigmoid()
        return self.linear_3(h)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), 5e-3)
    curve = []
    for epoch in range(25):
        perm = torch.randperm(images.size(0))
        loss_sum = 0.0
        for b in range(0, images.size(0), 80):
            rows = perm[b:b + 80]
            xb, yb = images[rows].to(device), labels[rows].to(device)
            optimizer.zero_grad()
            loss = cross_entropy(model(xb), yb)
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * rows.numel()
        curve.append(loss_sum / images.size(0))
    return curve
