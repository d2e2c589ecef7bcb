def two(v):
    return [v, v] if isinstance(v, int) else list(v)


def count(n, k, s, p, d, up):
    left = n + 2 * p - d * (k - 1) - 1
    c = 1 + (left + s - 1) // s if up else 1 + left // s
    return c - 1 if up and (c - 1) * s >= n + p else c
