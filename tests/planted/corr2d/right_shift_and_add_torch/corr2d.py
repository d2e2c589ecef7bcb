import torch


def corr2d(X, K):
    oh, ow = X.size(0) - K.size(0) + 1, X.size(1) - K.size(1) + 1
    acc = torch.zeros(oh, ow)
    for a, row in enumerate(K):
        for b, weight in enumerate(row):
            acc = acc + weight * X[a:a + oh, b:b + ow]
    return acc


def edge_demo():
    image = torch.ones(6, 8)
    image[:, 2:6] = 0.0
    image[2] = 1.0
    kernel = torch.tensor([[1.0, -1.0]])
    vertical = corr2d(image, kernel)
    horizontal = corr2d(image, kernel.T)
    return vertical, horizontal
