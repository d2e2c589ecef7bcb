import torch


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    # YOUR CODE HERE
    pass


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    # YOUR CODE HERE
    pass


def global_avg_pool2d(x):
    # YOUR CODE HERE
    pass
