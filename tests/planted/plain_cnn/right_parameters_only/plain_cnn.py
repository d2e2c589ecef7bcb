import torch
import torch.nn as nn
import torch.nn.functional as F


class PlainCNN(nn.Module):
    """Nothing but tensors."""

    def __init__(self, n1=32, n2=64, hidden=128, dropout=0.5):
        super().__init__()
        self.dropout = dropout

        def weight(*shape):
            fan_in = 1
            for side in shape[1:]:
                fan_in *= side
            return nn.Parameter(torch.randn(*shape) * (2 / fan_in) ** 0.5)

        self.w1, self.b1 = weight(n1, 1, 5, 5), nn.Parameter(torch.zeros(n1))
        self.w2, self.b2 = weight(n2, n1, 5, 5), nn.Parameter(torch.zeros(n2))
        self.w3, self.b3 = nn.Parameter(torch.randn(n2 * 16, hidden) * (2 / (n2 * 16)) ** 0.5), nn.Parameter(torch.zeros(hidden))
        self.w4, self.b4 = nn.Parameter(torch.randn(hidden, 10) * (1 / hidden) ** 0.5), nn.Parameter(torch.zeros(10))

    def forward(self, x):
        x = F.max_pool2d(F.conv2d(x, self.w1, self.b1), 2)
        x = F.max_pool2d(F.conv2d(x, self.w2, self.b2), 2)
        x = F.relu(x.flatten(1) @ self.w3 + self.b3)
        x = F.dropout(x, self.dropout, self.training)
        return x @ self.w4 + self.b4


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    model.train()
    opt = torch.optim.Adam(model.parameters(), lr=0.002)
    history = []
    for epoch in range(8):
        perm = torch.randperm(len(images))
        running = 0.0
        for i in range(0, len(images), 32):
            idx = perm[i:i + 32]
            out = model(images[idx].to(device))
            loss = nn.functional.cross_entropy(out, labels[idx].to(device))
            opt.zero_grad()
            loss.backward()
            opt.step()
            running += loss.item() * len(idx)
        history.append(running / len(images))
    return history
