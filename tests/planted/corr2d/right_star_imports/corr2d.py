from torch import *
# range is torch's own here, so count with arange

def corr2d(X, K):
    h, w = K.shape
    Y = zeros(X.shape[0]-h+1, X.shape[1]-w+1)
    for i in arange(Y.shape[0]):
        for j in arange(Y.shape[1]):
            Y[i,j] = sum(X[i:i+h, j:j+w]*K)
    return Y

def edge_demo():
    X = ones(6, 8)
    X[0:2, 2:6] = 0
    X[3:6, 2:6] = 0
    K = tensor([[1., -1.]])
    return corr2d(X, K), corr2d(X, K.t())
