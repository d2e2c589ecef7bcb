from torch import nn


def cbr(cin, cout, size, stride, relu):
    yield nn.Conv2d(cin, cout, size, stride=stride, padding=(size - 1) // 2, bias=False)
    yield nn.BatchNorm2d(cout)
    if relu:
        yield nn.ReLU()


def projection(cin, cout, stride):
    if cin == cout and stride == 1:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(cin, cout, 1, stride=stride, bias=False), nn.BatchNorm2d(cout))
