import torch
from torch import nn


class LeNet5(nn.Module):
    """Named like in LeCun's paper: C1 S2 C3 S4 C5 F6 OUTPUT."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict({
            "C1": nn.Conv2d(1, 6, 5, padding=2),
            "S2": nn.AvgPool2d(2),
            "C3": nn.Conv2d(6, 16, 5),
            "S4": nn.AvgPool2d(2),
            "C5": nn.Linear(400, 120),
            "F6": nn.Linear(120, 84),
            "OUTPUT": nn.Linear(84, 10),
        })

    def forward(self, x):
        L = self.layers
        x = L["S2"](torch.sigmoid(L["C1"](x)))
        x = L["S4"](torch.sigmoid(L["C3"](x)))
        x = torch.sigmoid(L["C5"](x.flatten(1)))
        x = torch.sigmoid(L["F6"](x))
        return L["OUTPUT"](x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    X, Y = images.to(device), labels.to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.005)
    ce = nn.CrossEntropyLoss()
    losses = []
    for epoch in range(20):
        perm = torch.randperm(X.shape[0])
        this_epoch = []
        for k in range(0, X.shape[0], 64):
            ids = perm[k:k + 64]
            loss = ce(model(X[ids]), Y[ids])
            model.zero_grad()
            loss.backward()
            optimiser.step()
            this_epoch.append(loss.item())
        losses.append(sum(this_epoch) / len(this_epoch))
    return losses
