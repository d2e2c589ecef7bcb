import torch


def corr2d(X, K):
    h, w = K.shape
    oh, ow = X.shape[0] - h + 1, X.shape[1] - w + 1
    X, K = X.to(torch.float64), K.to(torch.float64)
    cols = torch.stack([X[a:a + oh, b:b + ow].reshape(-1) for a in range(h) for b in range(w)])
    return torch.matmul(K.reshape(1, h * w), cols).view(oh, ow)


def edge_demo():
    rows = []
    for r in range(6):
        rows.append([1.0] * 8 if r == 2 else [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0])
    X = torch.tensor(rows)
    K = torch.tensor([[1.0, -1.0]])
    return corr2d(X, K), corr2d(X, K.T)
