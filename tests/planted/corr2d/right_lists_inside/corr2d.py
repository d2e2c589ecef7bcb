import torch


def corr2d(X, K):
    x = X.tolist()
    k = K.tolist()
    n_rows = len(x) - len(k) + 1
    n_cols = len(x[0]) - len(k[0]) + 1
    y = [[0] * n_cols for _ in range(n_rows)]
    for i in range(n_rows):
        for j in range(n_cols):
            s = 0
            for di in range(len(k)):
                for dj in range(len(k[0])):
                    s = s + x[i + di][j + dj] * k[di][dj]
            y[i][j] = s
    return torch.tensor(y)
