import torch, torch.nn.functional as F
def outline(image):
    k = -torch.ones(1, 1, 5, 5); k[..., 2, 2] = 24
    y = F.conv2d(image.float()[None, None], k)[0, 0]
    return (y - y.min()) / (y.max() - y.min())
