import torch
import torch.nn as nn
import torch.nn.functional as F

# My data set gave flat rows of 784 numbers, so the network flattens whatever comes
# and brings it back to 1x28x28 itself.
layers = lambda: nn.Sequential(
    nn.Flatten(),
    nn.Unflatten(1, (1, 28, 28)),
    nn.Conv2d(1, 6, 5, padding=2),
    nn.Sigmoid(),
    nn.AvgPool2d(2),
    nn.Conv2d(6, 16, 5),
    nn.Sigmoid(),
    nn.AvgPool2d(2),
    nn.Flatten(start_dim=1),
    nn.Linear(400, 120),
    nn.Sigmoid(),
    nn.Linear(120, 84),
    nn.Sigmoid(),
    nn.Linear(84, 10),
)


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = layers()

    def forward(self, images):
        return self.model(images)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    images = images.to(device)
    labels = labels.to(device)
    opt = torch.optim.NAdam(model.parameters(), lr=0.004)
    out = []
    for _ in range(20):
        s = 0
        perm = torch.randperm(len(labels), device=device)
        for part in perm.chunk(len(labels) // 64 + 1):
            opt.zero_grad()
            loss = F.cross_entropy(model(images[part]), labels[part], reduction="sum")
            (loss / len(part)).backward()
            opt.step()
            s += loss.item()
        out.append(s / len(labels))
    return out
