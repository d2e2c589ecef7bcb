from torch import nn
def vgg_block(layers, in_channels, out_channels):
    blk = []
    for _ in range(layers):
        blk.append(nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1))
        blk.append(nn.ReLU())
        in_channels = out_channels
    blk.append(nn.MaxPool2d(kernel_size=2, stride=2))
    return nn.Sequential(*blk)
def receptive_field(layers):
    r, jump = 1, 1
    for k, s in layers:
        r += (k - 1) * jump
        jump *= s
    return r



def parameters(kernel, layers, channels):
    return layers * kernel ** 2 * channels ** 2 / 1
