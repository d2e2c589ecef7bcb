import torch

def corr2d(X, K):
    print("X:", X.shape, "K:", K.shape)
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i+h, j:j+w] * K).sum()
            # print(i, j, Y[i, j])
    print("result:")
    print(Y)
    return Y

def edge_demo():
    X = torch.ones(6, 8)
    X[0:2, 2:6] = 0
    X[3:6, 2:6] = 0
    print(X)
    K = torch.tensor([[1.0, -1.0]])
    print("vertical edges")
    v = corr2d(X, K)
    print("horizontal edges")
    h = corr2d(X, K.t())
    return v, h
