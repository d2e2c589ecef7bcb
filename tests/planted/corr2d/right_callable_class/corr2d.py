import torch


class Corr2D:
    """Slides a kernel over an image."""

    def output_shape(self, X, K):
        return X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1

    def __call__(self, X, K):
        Y = torch.zeros(self.output_shape(X, K))
        for i in range(Y.shape[0]):
            for j in range(Y.shape[1]):
                Y[i, j] = torch.sum(X[i:i + K.shape[0], j:j + K.shape[1]] * K)
        return Y


corr2d = Corr2D()


def edge_demo():
    X = torch.ones(6, 8)
    X[:, 2:6] = 0
    X[2, 2:6] = 1
    K = torch.tensor([[1.0, -1.0]])
    return corr2d(X, K), corr2d(X, K.T)
