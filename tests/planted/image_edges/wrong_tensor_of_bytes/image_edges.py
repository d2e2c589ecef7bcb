import torch
import torch.nn.functional as F


def outline(image):
    kernel = torch.full((1, 1, 5, 5), -1.0)
    kernel[0, 0, 2, 2] = 24.0
    return F.conv2d(image[None, None].to(kernel) if image.is_floating_point() else image[None, None], kernel)[0, 0]
