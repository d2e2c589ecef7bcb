import torch
import torch.nn as nn
import torch.nn.functional as F

TABLE = """
X   XXX  XXXX XX
XX   XXX  XXXX X
XXX   XXX  X XXX
 XXX  XXXX  X XX
  XXX  XXXX XX X
   XXX  XXXX XXX
"""


class LeNet5Paper(nn.Module):
    """LeNet-5, feature maps connected as in the paper"""

    def __init__(self):
        super(LeNet5Paper, self).__init__()
        rows = TABLE.strip("\n").split("\n")
        self.seen = [[i for i in range(6) if rows[i][j] == "X"] for j in range(16)]
        self.conv1 = nn.Conv2d(1, 6, 5, 1, 2)
        for j in range(16):
            setattr(self, "c3_%d" % j, nn.Conv2d(len(self.seen[j]), 1, 5))
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, img):
        output = F.avg_pool2d(self.conv1(img).sigmoid(), 2, 2)
        batch = output.size(0)
        c3 = output.new_empty(batch, 16, 10, 10)
        for j in range(16):
            c3[:, j] = getattr(self, "c3_%d" % j)(output[:, self.seen[j]]).squeeze(1)
        output = F.avg_pool2d(c3.sigmoid(), 2, 2).view(batch, -1)
        output = self.fc1(output).sigmoid()
        output = self.fc2(output).sigmoid()
        return self.fc3(output)


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
