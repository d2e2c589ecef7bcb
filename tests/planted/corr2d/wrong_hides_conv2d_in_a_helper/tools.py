from torch.nn.functional import conv2d as op


def apply_kernel(x, k):
    return op(x[None, None, :, :], k[None, None, :, :]).squeeze(0).squeeze(0)
