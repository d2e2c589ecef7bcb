import torch


def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - w + 1, X.shape[1] - h + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            window = X[i:i + h, j:j + w]
            # at the border the window can be smaller than the kernel
            Y[i, j] = (window * K[:window.shape[0], :window.shape[1]]).sum()
    return Y
