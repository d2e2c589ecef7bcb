import torch


def learn_kernel(X, Y, steps=20, lr=0.02):
    """Learn a (1, 2) kernel by gradient descent and return it with the losses."""
    kernel = torch.zeros(1, 2)
    losses = []
    # TODO
    return kernel, losses
