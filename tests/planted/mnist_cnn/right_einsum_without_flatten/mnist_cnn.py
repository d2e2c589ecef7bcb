import math
import torch
from torch import nn
import torch.nn.functional as F

class MnistCNN(nn.Module):
    def __init__(self):
        super().__init__()
        g = torch.Generator().manual_seed(1)
        def p(*s):
            fan = math.prod(s[1:]) 
            return nn.Parameter(torch.randn(*s, generator=g) * (2 / fan) ** .5)
        self.out_b = nn.Parameter(torch.zeros(10))
        self.out_w = p(10, 128)
        self.h_w = nn.Parameter(torch.randn(64, 7, 7, 128, generator=g) * (2 / 3136) ** .5)
        self.h_b = nn.Parameter(torch.zeros(128))
        self.k1, self.k2 = p(32, 1, 3, 3), p(64, 32, 3, 3)
        self.b1, self.b2 = nn.Parameter(torch.zeros(32)), nn.Parameter(torch.zeros(64))
    def forward(self, x):
        x = F.conv2d(x, self.k1, self.b1, padding=1).relu()
        x = F.max_pool2d(x, 2)
        x = F.conv2d(x, self.k2, self.b2, padding=1).relu()
        x = F.max_pool2d(x, 2)
        h = torch.relu(torch.einsum('nchw,chwo->no', x, self.h_w) + self.h_b)
        return torch.einsum('nh,oh->no', h, self.out_w) + self.out_b


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device).train()
    images, labels = images.to(device), labels.to(device)
    opt = torch.optim.Adam(model.parameters(), lr=0.002)
    losses = []
    for epoch in range(8):
        perm = torch.randperm(len(images))
        tot = 0.0
        for i in range(0, len(images), 64):
            idx = perm[i:i + 64]
            opt.zero_grad()
            loss = F.cross_entropy(model(images[idx]), labels[idx])
            loss.backward()
            opt.step()
            tot += loss.item() * len(idx)
        losses.append(tot / len(images))
    return losses
