"""Exercise convolution: what a convolutional layer does, forward and backward, without calling one.

Images are x (N, C, H, W), kernels weight (O, C/groups, h, w), bias (O,). stride, padding and dilation are a number for
both axes or a pair (rows, columns), as a tuple or a list. Do not modify what you are given, and do not call a
ready-made convolution.
"""


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """What torch.nn.functional.conv2d does: (N, O, H', W').

    H' = floor((H + 2 * padding - dilation * (h - 1) - 1) / stride) + 1. Output channel o is the sum, over all input
    channels, of the window under weight[o], cell by cell times the kernel, plus bias[o]. The kernel is not flipped.
    With groups the input channels are cut into as many equal parts, and the kernels too: each part of the kernels sees
    its own part of the channels.
    """
    raise NotImplementedError


def conv2d_backward(x, weight, grad, stride=1, padding=0):
    """The gradients of x, of weight and of bias (O,), in this order: three arrays with the shapes of what they belong to.

    grad (N, O, H', W') is the gradient of the loss with respect to conv2d(x, weight, bias, stride, padding).
    """
    raise NotImplementedError


def true_convolution(X, K):
    """What mathematics calls convolution: turn K (h, w) upside down and left to right, then slide it over X (H, W).

    Without padding: (H - h + 1, W - w + 1).
    """
    raise NotImplementedError


def output_size(W, K, P=0, S=1, D=1):
    """How many places a kernel of K cells has along an axis of W cells, with padding P, stride S and dilation D.

    A whole number, rounded down.
    """
    raise NotImplementedError
