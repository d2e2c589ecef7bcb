from torch import nn


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        # TODO: the layers
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)

    def forward(self, x):
        # TODO
        pass


def train(model, images, labels, *, device="cpu", seed=0):
    # TODO
    return []
