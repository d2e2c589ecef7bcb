import torch
import torch.nn as nn
import torch.nn.functional as F


class PlainCNN(nn.Module):
    def __init__(self, n1=32, n2=64, hidden=128, dropout=0.5, num_classes=10):
        super().__init__()
        self.c1, self.c2 = nn.Conv2d(1, n1, kernel_size=(5, 5)), nn.Conv2d(n1, n2, kernel_size=(5, 5))
        self.out = nn.Linear(hidden, num_classes)
        self.hid = nn.Linear(n2 * 4 * 4, hidden)
        self.p = dropout

    def forward(self, img):
        h = F.relu(F.max_pool2d(self.c1(img), 2))
        h = F.relu(F.max_pool2d(self.c2(h), 2))
        h = F.relu(self.hid(torch.flatten(h, start_dim=1)))
        h = F.dropout(h, p=self.p, training=self.training)
        return self.out(h)


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
