def window(X, i, j, h, w):
    """The h x w piece of X whose top left corner is (i, j)."""
    return X[i:i + h, j:j + w]
