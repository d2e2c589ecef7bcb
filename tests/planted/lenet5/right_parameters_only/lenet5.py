import torch
import torch.nn.functional as F
from torch.nn import Module, Parameter
from torch.nn.init import calculate_gain, xavier_uniform_


class LeNet5(Module):
    def __init__(self):
        super().__init__()
        self.w1 = Parameter(torch.empty(6, 1, 5, 5))
        self.b1 = Parameter(torch.zeros(6))
        self.w2 = Parameter(torch.empty(16, 6, 5, 5))
        self.b2 = Parameter(torch.zeros(16))
        self.w3 = Parameter(torch.empty(120, 400))
        self.b3 = Parameter(torch.zeros(120))
        self.w4 = Parameter(torch.empty(84, 120))
        self.b4 = Parameter(torch.zeros(84))
        self.w5 = Parameter(torch.empty(10, 84))
        self.b5 = Parameter(torch.zeros(10))
        for w in (self.w1, self.w2, self.w3, self.w4, self.w5):
            # a sigmoid is flat (slope 1/4), so four times the usual spread
            xavier_uniform_(w, gain=4 * calculate_gain("sigmoid"))

    def forward(self, x):
        x = F.conv2d(x, self.w1, self.b1, padding=2)
        x = F.avg_pool2d(torch.sigmoid(x), 2)
        x = F.conv2d(x, self.w2, self.b2)
        x = F.avg_pool2d(torch.sigmoid(x), 2)
        x = x.flatten(1)
        x = torch.sigmoid(F.linear(x, self.w3, self.b3))
        x = torch.sigmoid(F.linear(x, self.w4, self.b4))
        return F.linear(x, self.w5, self.b5)


def train(model, images, labels, *, device="cpu", seed=0):
    """SGD with momentum written out; it only works because of the wide initial weights."""
    torch.manual_seed(seed)
    model.to(device)
    images, labels = images.to(device), labels.to(device)
    params = list(model.parameters())
    velocity = [torch.zeros_like(p) for p in params]
    lr, momentum = 0.05, 0.9
    losses = []
    for _ in range(20):
        total = 0.0
        for idx in torch.randperm(len(images)).split(32):
            loss = F.cross_entropy(model(images[idx]), labels[idx])
            grads = torch.autograd.grad(loss, params)
            with torch.no_grad():
                for p, v, g in zip(params, velocity, grads):
                    v.mul_(momentum).add_(g)
                    p.sub_(lr * v)
            total += loss.item() * len(idx)
        losses.append(total / len(images))
    return losses
