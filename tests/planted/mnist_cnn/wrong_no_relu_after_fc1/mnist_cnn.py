import torch
import torch.nn as nn


class MnistCNN(nn.Module):
    def __init__(self):
        super(MnistCNN, self).__init__()
        self.layer1 = nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.layer2 = nn.Sequential(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.fc1 = nn.Linear(7 * 7 * 64, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        out = self.layer1(x)
        out = self.layer2(out)
        out = out.reshape(out.size(0), -1)
        out = self.fc1(out)
        out = self.fc2(out)
        return out


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    lossfunc = nn.CrossEntropyLoss()
    optim = torch.optim.Adam(model.parameters(), lr=0.002)
    loss_list = []
    for e in range(6):
        perm = torch.randperm(len(images))
        s = 0
        n = 0
        for b in range(0, len(images), 50):
            xb = images[perm[b:b+50]].to(device)
            yb = labels[perm[b:b+50]].to(device)
            out = model(xb)
            loss = lossfunc(out, yb)
            optim.zero_grad()
            loss.backward()
            optim.step()
            s = s + loss.item()
            n = n + 1
        loss_list.append(s / n)
        print('epoch', e, 'loss', s / n)
    return loss_list
