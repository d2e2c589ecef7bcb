"""Exercise kernel_learning: learn a kernel by gradient descent."""


def learn_kernel(X, Y, steps=20, lr=0.02):
    """Learn the kernel K (1, 2) with corr2d(X, K) = Y, by gradient descent on the squared error.

    X (6, 8) is a picture and Y (6, 7) its edges. Start from random numbers. Give back the kernel (1, 2) and the
    loss of every step: (kernel, losses). 10 to 20 steps at a rate of 0.02 come near enough when the loss is the sum of all
    squared errors.
    """
    raise NotImplementedError
