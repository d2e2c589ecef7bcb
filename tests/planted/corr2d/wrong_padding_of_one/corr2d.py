import torch

def corr2d(X, K, padding=1):
    h, w = K.shape
    P = torch.zeros(X.shape[0] + 2*padding, X.shape[1] + 2*padding)
    P[padding:-padding, padding:-padding] = X
    Y = torch.zeros(P.shape[0]-h+1, P.shape[1]-w+1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (P[i:i+h, j:j+w] * K).sum()
    return Y
