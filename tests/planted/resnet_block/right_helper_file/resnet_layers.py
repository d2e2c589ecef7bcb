import torch.nn as nn


def conv_bn(cin, cout, k, stride=1):
    return [nn.Conv2d(cin, cout, k, stride=stride, padding=(k - 1) // 2), nn.BatchNorm2d(cout)]


def make_shortcut(cin, cout, stride):
    if cin == cout and stride == 1:
        return nn.Identity()
    return nn.Sequential(*conv_bn(cin, cout, 1, stride))
