import torch
def corr2d(X, K):
    X = X.to(K.dtype)
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y

def edge_demo():
    X = torch.ones(6, 8)
    X[[0, 1, 3, 4, 5], 2:6] = 0
    K = torch.tensor([[1., -1.]])
    return corr2d(X, K), corr2d(X, K.T)
