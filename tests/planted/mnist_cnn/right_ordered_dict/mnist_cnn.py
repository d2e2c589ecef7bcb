from collections import OrderedDict

import torch
import torch.nn as nn


class MnistCNN(nn.Module):
    def __init__(self, num_classes=10):
        super(MnistCNN, self).__init__()
        self.features = nn.Sequential(OrderedDict([
            ("conv1", nn.Conv2d(1, 32, 3, padding=1)),
            ("relu1", nn.ReLU()),
            ("pool1", nn.MaxPool2d(2, 2)),
            ("conv2", nn.Conv2d(32, 64, 3, padding=1)),
            ("relu2", nn.ReLU()),
            ("pool2", nn.MaxPool2d(2, 2)),
        ]))
        self.classifier = nn.Sequential(OrderedDict([
            ("fc1", nn.Linear(64 * 7 * 7, 128)),
            ("relu3", nn.ReLU()),
            ("fc2", nn.Linear(128, num_classes)),
        ]))

    def forward(self, x):
        features = self.features(x)
        return self.classifier(features.view(features.shape[0], -1))


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
