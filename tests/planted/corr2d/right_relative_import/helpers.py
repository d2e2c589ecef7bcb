def output_size(image, kernel):
    return tuple(n - k + 1 for n, k in zip(image, kernel))


def window(X, i, j, shape):
    return X[i:i + shape[0], j:j + shape[1]]
