import torch
from torch import nn


class Edges(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, kernel_size=5, bias=False)
        with torch.no_grad():
            self.conv.weight.fill_(1)
            self.conv.weight[..., 2, 2] = -24

    def forward(self, x):
        return self.conv(x)


edges = Edges()


def outline(image):
    image = torch.as_tensor(image, dtype=torch.float32)
    print("outline of", tuple(image.shape))
    return edges(image.reshape(1, 1, *image.shape)).squeeze()  .reshape(image.shape[0] - 4, image.shape[1] - 4)
