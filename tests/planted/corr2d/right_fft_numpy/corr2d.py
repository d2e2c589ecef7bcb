import numpy as np


def corr2d(X, K):
    # correlation theorem: multiply by the complex conjugate of the kernel's spectrum
    H, W = X.shape
    h, w = K.shape
    both_int = np.issubdtype(X.dtype, np.integer) and np.issubdtype(K.dtype, np.integer)
    FX = np.fft.rfft2(X, s=(H, W))
    FK = np.fft.rfft2(K, s=(H, W))
    Y = np.fft.irfft2(FX * np.conj(FK), s=(H, W))[:H - h + 1, :W - w + 1]
    if both_int:
        Y = np.rint(Y).astype(np.int64)
    return Y
