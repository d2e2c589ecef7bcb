import torch


def corr2d(X, K):
    h, w = K.shape
    oh, ow = X.shape[0] - h + 1, X.shape[1] - w + 1
    cols = torch.zeros(oh * ow, h * w)
    for i in range(oh):
        for j in range(ow):
            cols[i * ow + j] = X[i:i + h, j:j + w].reshape(-1)
    return torch.mm(cols, K.reshape(-1, 1)).reshape(oh, ow)
