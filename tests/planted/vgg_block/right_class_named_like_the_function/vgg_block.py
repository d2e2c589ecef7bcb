import numpy as np
import torch


class vgg_block(torch.nn.Sequential):
    """Calling the class is calling the function."""

    def __init__(self, layers, in_channels, out_channels):
        blocks = []
        while layers:
            blocks += [torch.nn.Conv2d(in_channels, out_channels, 3, padding="same"), torch.nn.ReLU()]
            in_channels, layers = out_channels, layers - 1
        super().__init__(*blocks)

    def forward(self, x):
        x = super().forward(x)
        n, c, h, w = x.shape
        x = x[:, :, : h // 2 * 2, : w // 2 * 2]
        return x.reshape(n, c, h // 2, 2, w // 2, 2).amax(dim=(3, 5))


def receptive_field(layers):
    if len(layers) == 0:
        return 1
    k = np.array([a for a, b in layers])
    s = np.array([b for a, b in layers])
    return int(1 + ((k - 1) * np.concatenate([[1], np.cumprod(s)[:-1]])).sum())


def parameters(kernel, layers, channels):
    return int(np.prod([layers, kernel, kernel, channels, channels]))
