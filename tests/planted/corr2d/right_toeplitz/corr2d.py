import numpy as np


def corr_matrix(K, H, W):
    """Each row holds the kernel at one position, so M @ x.ravel() is the correlation."""
    h, w = K.shape
    oh, ow = H - h + 1, W - w + 1
    M = np.zeros((oh * ow, H * W), dtype=K.dtype)
    for i in range(oh):
        for j in range(ow):
            for a in range(h):
                start = (i + a) * W + j
                M[i * ow + j, start:start + w] = K[a]
    return M, (oh, ow)


def corr2d(X, K):
    X, K = np.asarray(X), np.asarray(K)
    M, shape = corr_matrix(K, *X.shape)
    return (M @ X.ravel()).reshape(shape)
