import torch
import torch.nn.functional as F


def outline(image):
    kernel = torch.full((1, 1, 5, 5), -1.0)
    kernel[0, 0, 2, 2] = 24.0
    return F.conv2d(image.float()[None, None], kernel)[0, 0].abs()
