import torch


def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y


if __name__ == "__main__":
    import torch.nn.functional as F

    X, K = torch.rand(7, 9), torch.rand(2, 3)
    theirs = F.conv2d(X[None, None], K[None, None])[0, 0]
    print("same as torch:", torch.allclose(corr2d(X, K), theirs, atol=1e-6))
