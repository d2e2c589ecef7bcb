import itertools

import numpy as np


def outline(image):
    image = np.array(image, dtype="float32")
    h, w = image.shape
    middle = image[2:h - 2, 2:w - 2]
    return sum(middle - image[a:h - 4 + a, b:w - 4 + b] for a, b in itertools.product(range(5), repeat=2))
