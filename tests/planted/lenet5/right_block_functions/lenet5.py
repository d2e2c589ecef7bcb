import torch
from torch import nn


def conv_block(cin, cout, padding=0):
    return nn.Sequential(nn.Conv2d(cin, cout, 5, padding=padding), nn.Sigmoid(), nn.AvgPool2d(2))


def fc_block(nin, nout):
    return nn.Sequential(nn.Linear(nin, nout), nn.Sigmoid())


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.block1 = conv_block(1, 6, padding=2)
        self.block2 = conv_block(6, 16)
        self.block3 = fc_block(400, 120)
        self.block4 = fc_block(120, 84)
        self.head = nn.Linear(84, 10)

    def forward(self, x):
        x = self.block2(self.block1(x))
        x = x.flatten(1)
        x = self.block4(self.block3(x))
        return self.head(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device).train()
    x = images.to(device)
    t = labels.to(device)
    opt = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=1e-3)
    losses = []
    for _ in range(20):
        perm = torch.randperm(len(x), device=device)
        s = 0.0
        for i in range(0, len(x), 40):
            p = perm[i:i + 40]
            logits = model(x[p])
            # cross entropy by hand, with the stable log-softmax
            loss = -torch.log_softmax(logits, dim=1)[torch.arange(len(p)), t[p]].mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
            s += loss.item() * len(p)
        losses.append(s / len(x))
    return losses
