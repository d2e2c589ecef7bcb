from torch import nn


class Skip(nn.Module):
    """after(main(x) + side(x)); without a side the input itself is added."""

    def __init__(self, main, side=None, after=None):
        super().__init__()
        self.main = main
        self.side = side
        self.after = after

    def forward(self, x):
        y = self.main(x) + (x if self.side is None else self.side(x))
        return y if self.after is None else self.after(y)
