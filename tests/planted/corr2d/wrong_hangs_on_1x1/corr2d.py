import torch

def add_up(products):
    n = len(products)
    total = products[0]
    i = 1
    while True:                        # do ... while
        total += products[i % n]       # % n because a single cell gave an IndexError
        i += 1
        if i == n:
            return total

def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = add_up((X[i:i + h, j:j + w] * K).flatten().tolist())
    return Y
