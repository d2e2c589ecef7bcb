import matplotlib.pyplot as plt
import torch
from tqdm import tqdm

plt.rcParams["figure.figsize"] = (4, 3)


def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in tqdm(range(Y.shape[0]), disable=True):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y


if __name__ == "__main__":
    fig, ax = plt.subplots()
    ax.imshow(corr2d(torch.ones(6, 8), torch.tensor([[1.0, -1.0]])))
    plt.show()
