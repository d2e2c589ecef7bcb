from torch import nn


def conv_block(cin, cout, pad):
    return [nn.Conv2d(cin, cout, 5, padding=pad), nn.Sigmoid(), nn.AvgPool2d(2)]


def dense_block(nin, nout):
    return [nn.Linear(nin, nout), nn.Sigmoid()]
