import torch
from torch import nn
from torch.nn.functional import conv2d, max_pool2d, relu


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.weights = nn.ParameterList()
        self.biases = nn.ParameterList()
        specs = [(c4, 1), (c3, 5), (c2, 3), (c1, 1)]
        self.plan = []
        for spec, kernel in specs:
            self.plan.append(self.steps(in_channels, spec, kernel))

    def steps(self, channels, spec, kernel):
        if spec is None:
            return []
        if isinstance(spec, int):
            return [self.new(channels, spec, kernel)]
        between, out = spec
        last = self.new(between, out, kernel)
        return [self.new(channels, between, 1), last]

    def new(self, channels, out, kernel):
        bound = (channels * kernel * kernel) ** -0.5
        self.biases.append(nn.Parameter(torch.zeros(out)))
        self.weights.append(nn.Parameter((2 * torch.rand(out, channels, kernel, kernel) - 1) * bound))
        return len(self.weights) - 1

    def forward(self, x):
        results = []
        for branch, y in zip(self.plan, (max_pool2d(x, 3, stride=1, padding=1), x, x, x)):
            for i in branch:
                w = self.weights[i]
                y = relu(conv2d(y, w, self.biases[i], padding=w.shape[2] // 2))
            results.insert(0, y)
        return torch.cat(results, dim=1)
