import torch
import torch.nn as nn
import torch.nn.functional as F

TABLE = {
    0: {0, 1, 2}, 1: {1, 2, 3}, 2: {2, 3, 4}, 3: {3, 4, 5}, 4: {4, 5, 0}, 5: {5, 0, 1},
    6: {0, 1, 2, 3}, 7: {1, 2, 3, 4}, 8: {2, 3, 4, 5}, 9: {3, 4, 5, 0}, 10: {4, 5, 0, 1}, 11: {5, 0, 1, 2},
    12: {0, 1, 3, 4}, 13: {1, 2, 4, 5}, 14: {2, 3, 5, 0}, 15: {0, 1, 2, 3, 4, 5},
}


class LeNet5Paper(nn.Module):
    def __init__(self):
        super().__init__()
        P = lambda *s: nn.Parameter((torch.rand(*s) - 0.5) * 0.3)
        self.C1_w, self.C1_b = P(6, 1, 5, 5), P(6)
        self.C3_w = nn.ParameterList([P(len(s), 5, 5) for s in TABLE.values()])
        self.C3_b = nn.ParameterList([P(1) for _ in TABLE])
        self.C5_w, self.C5_b = P(400, 120), P(120)
        self.F6_w, self.F6_b = P(120, 84), P(84)
        self.O_w, self.O_b = P(84, 10), P(10)

    def forward(self, x):
        sig, pool = torch.sigmoid, nn.AvgPool2d(2)
        x = pool(sig(F.conv2d(x, self.C1_w, self.C1_b, padding=2)))
        maps = []
        for j, s in TABLE.items():
            maps.append(F.conv2d(x[:, sorted(s)], self.C3_w[j].unsqueeze(0), self.C3_b[j]))
        x = pool(sig(torch.cat(maps, dim=1))).flatten(1)
        x = sig(x @ self.C5_w + self.C5_b)
        x = sig(x @ self.F6_w + self.F6_b)
        return x @ self.O_w + self.O_b


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    model.train()
    opt = torch.optim.Adam(model.parameters(), lr=0.005)
    history = []
    for epoch in range(20):
        perm = torch.randperm(len(images))
        running = 0.0
        for i in range(0, len(images), 64):
            idx = perm[i:i + 64]
            out = model(images[idx].to(device))
            loss = nn.functional.cross_entropy(out, labels[idx].to(device))
            opt.zero_grad()
            loss.backward()
            opt.step()
            running += loss.item() * len(idx)
        history.append(running / len(images))
    return history
