import numpy as np
from kernels import EDGES


def outline(image):
    image = np.asarray(image, dtype=np.int64) if np.asarray(image).dtype.kind in "iu" else np.asarray(image)
    for i in range(image.shape[0] - 4):
        strip = image[i:i + 5]
        yield [float((strip[:, j:j + 5] * EDGES).sum()) for j in range(image.shape[1] - 4)]
