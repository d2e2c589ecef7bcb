import numpy as np


def outline(image):
    image = np.asarray(image, dtype=float)
    kernel = np.zeros(image.shape)
    kernel[:5, :5] = -1
    kernel[2, 2] = 24
    result = np.fft.ifft2(np.fft.fft2(image) * np.conj(np.fft.fft2(kernel)))
    return result.real[:image.shape[0] - 4, :image.shape[1] - 4]
