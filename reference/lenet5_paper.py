"""LeNet-5 with the paper's own third layer: LeCun, Bottou, Bengio, Haffner 1998, section II.B and table I.

    layer                     output (N, C, H, W)   parameters
    input                     N, 1, 28, 28
    C1     5x5, pad 2         N, 6, 28, 28          6 * (1 * 25 + 1)     =    156
    S2     sigmoid, average   N, 6, 14, 14
    C3     5x5, by the table  N, 16, 10, 10         60 * 25 + 16         =  1,516
    S4     sigmoid, average   N, 16, 5, 5
    flatten                   N, 400
    C5     sigmoid            N, 120                120 * (400 + 1)      = 48,120
    F6     sigmoid            N, 84                 84 * (120 + 1)       = 10,164
    output                    N, 10                 10 * (84 + 1)        =    850
                                                                         = 60,806

A map of C3 does not see all six maps of S2 but those with a cross in its column of the table: six maps see 3
neighbours, six see 4 neighbours, three see 4 with a gap, one sees all. That makes 60 crosses, a kernel of 5x5 for each,
and a bias for each of the 16 maps: 6(3*25+1) + 6(4*25+1) + 3(4*25+1) + (6*25+1) = 1,516 parameters, where a full
convolution has 2,416. The maps must find different things because they see different things. The rest is as in
`reference.lenet5`: sigmoids, and pooling without weights.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

DRAWN = """
X...XXX..XXXX.XX
XX...XXX..XXXX.X
XXX...XXX..X.XXX
.XXX..XXXX..X.XX
..XXX..XXXX.XX.X
...XXX..XXXX.XXX
"""
TABLE = [[cell == "X" for cell in row] for row in DRAWN.split()]  # a row for each map of S2, a column for each of C3


class TableConvolution(nn.Module):
    """x (N, 6, H, W) -> (N, 16, H-4, W-4): a kernel for each cross of the table, a bias for each of its columns."""

    outputs: torch.Tensor
    inputs: torch.Tensor

    def __init__(self, side: int = 5) -> None:
        super().__init__()
        crosses = torch.tensor(TABLE).T.nonzero()
        self.register_buffer("outputs", crosses[:, 0], persistent=False)  # so they lie where the weights lie
        self.register_buffer("inputs", crosses[:, 1], persistent=False)
        self.shape = (len(TABLE[0]), len(TABLE), side, side)
        self.weight = nn.Parameter(torch.empty(len(crosses), side, side))
        self.bias = nn.Parameter(torch.empty(len(TABLE[0])))
        bound = (4 * side * side) ** -0.5  # most maps see four
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        full = x.new_zeros(self.shape)
        full[self.outputs, self.inputs] = self.weight  # zero where there is no cross, and no parameter either
        return F.conv2d(x, full.view(self.shape), self.bias)  # ONNX needs a shape that is written down


class LeNet5Paper(nn.Module):
    """Images (N, 1, 28, 28), standardised, to logits (N, 10): the loss applies the softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.c3 = TableConvolution()
        self.c5 = nn.Linear(16 * 5 * 5, 120)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.avg_pool2d(torch.sigmoid(self.c1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.c3(x)), 2)
        x = torch.sigmoid(self.c5(x.flatten(start_dim=1)))
        x = torch.sigmoid(self.f6(x))
        logits: torch.Tensor = self.output(x)
        return logits
