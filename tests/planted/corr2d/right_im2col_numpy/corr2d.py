import numpy as np


def im2col(img, kh, kw):
    cols = []
    for y in range(img.shape[0] - kh + 1):
        for x in range(img.shape[1] - kw + 1):
            cols.append(np.array(img[y:y + kh, x:x + kw]).ravel())
    return np.stack(cols)


def corr2d(X, K):
    K = np.array(K)
    cols = im2col(X, *K.shape)
    return (cols @ K.ravel()).reshape(X.shape[0] - K.shape[0] + 1, -1)
