"""Exercise pooling: what torch.nn.functional's pooling functions do, without calling them.

Images are x (N, C, H, W). kernel_size, stride, padding and dilation are a number for both axes or a pair (rows,
columns), as a tuple or a list. The stride is the kernel size unless it is given. The result has
floor((H + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1 rows; with ceil_mode that is rounded up, but a
last window that would start beyond the image and the padding before it is left out.
"""


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """The largest value under each window; padding counts as minus infinity.

    With return_indices give back (values, indices): an index is row * W + column in the image without padding.
    """
    raise NotImplementedError


def avg_pool2d(
    x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """The mean under each window; padding counts as zeros.

    Divide by divisor_override if it is given, else by the number of cells under the window: with
    count_include_pad those of the padded image, without it those of the image alone. Cells that ceil_mode reaches
    beyond the padding never count.
    """
    raise NotImplementedError


def global_avg_pool2d(x):
    """The mean of every channel, over H and W: (N, C)."""
    raise NotImplementedError
