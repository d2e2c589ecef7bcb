import torch
import torch.nn as nn

from lenet_parts import ConvSigmoidPool, DenseSigmoid
from lenet_training import fit


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(ConvSigmoidPool(1, 6, padding=2), ConvSigmoidPool(6, 16))
        self.dense = nn.Sequential(DenseSigmoid(400, 120), DenseSigmoid(120, 84))
        self.logits = nn.Linear(84, 10)

    def forward(self, x):
        x = torch.flatten(self.features(x), start_dim=1)
        return self.logits(self.dense(x))


def train(model, images, labels, *, device="cpu", seed=0):
    return fit(model, images, labels, device=device, seed=seed, epochs=20, batch_size=64, lr=0.005)
