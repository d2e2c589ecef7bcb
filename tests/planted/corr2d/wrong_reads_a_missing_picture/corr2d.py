import numpy as np

img = np.load("C:/Users/Lena/Desktop/uebung1/katze.npy")

def corr2d(X, K):
    h, w = K.shape
    Y = np.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y

print(corr2d(img, np.array([[1, -1]])))
