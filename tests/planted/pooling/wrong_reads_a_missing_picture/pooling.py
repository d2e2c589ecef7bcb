import numpy as np

image = np.load("C:/Users/lena/Desktop/cat.npy")


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k = kernel_size
    h, w = x.shape[2] // k, x.shape[3] // k
    return x[:, :, :h * k, :w * k].reshape(x.shape[0], x.shape[1], h, k, w, k).max(axis=(3, 5))


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k = kernel_size
    h, w = x.shape[2] // k, x.shape[3] // k
    return x[:, :, :h * k, :w * k].reshape(x.shape[0], x.shape[1], h, k, w, k).mean(axis=(3, 5))


def global_avg_pool2d(x):
    return np.asarray(x).mean(axis=(2, 3))


print(max_pool2d(image[None, None], 2))
