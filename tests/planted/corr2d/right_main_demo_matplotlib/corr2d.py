import torch


def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y


def edge_demo():
    X = torch.ones(6, 8)
    X[0:2, 2:6], X[3:6, 2:6] = 0, 0
    K = torch.tensor([[1., -1.]])
    return corr2d(X, K), corr2d(X, K.T)


if __name__ == "__main__":
    import matplotlib.pyplot as plt

    fig, axes = plt.subplots(1, 2)
    for ax, Y, title in zip(axes, edge_demo(), ["vertical", "horizontal"]):
        ax.imshow(Y, cmap="gray")
        ax.set_title(title)
    plt.show()
