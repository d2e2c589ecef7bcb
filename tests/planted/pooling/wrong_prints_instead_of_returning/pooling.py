import numpy as np


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k = kernel_size
    s = k if stride is None else stride
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            for i in range(0, x.shape[2] - k + 1, s):
                print([float(x[n, c, i:i + k, j:j + k].max()) for j in range(0, x.shape[3] - k + 1, s)])


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k = kernel_size
    s = k if stride is None else stride
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            for i in range(0, x.shape[2] - k + 1, s):
                print([float(x[n, c, i:i + k, j:j + k].mean()) for j in range(0, x.shape[3] - k + 1, s)])


def global_avg_pool2d(x):
    print(np.asarray(x).mean((2, 3)))
