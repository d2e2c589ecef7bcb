result = []


def two(value):
    return [value, value] if isinstance(value, int) else list(value)


def output_size(W, K, P=0, S=1, D=1):
    count = 0
    start = -P
    while start + D * (K - 1) < W + P:
        count += 1
        start += S
    return count


def cell(plane, r, c):
    if 0 <= r < len(plane) and 0 <= c < len(plane[0]):
        return plane[r][c]
    return 0


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    x, weight = x.tolist(), weight.tolist()
    bias = [0] * len(weight) if bias is None else bias.tolist()
    (s, t), (p, q), (d, e) = two(stride), two(padding), two(dilation)
    inner, outer = len(x[0]) // groups, len(weight) // groups
    h, w = len(weight[0][0]), len(weight[0][0][0])
    rows = output_size(len(x[0][0]), h, p, s, d)
    columns = output_size(len(x[0][0][0]), w, q, t, e)
    for sample in x:
        maps = []
        for o, kernel in enumerate(weight):
            planes = sample[o // outer * inner:(o // outer + 1) * inner]
            maps.append([[bias[o] + sum(kernel[c][a][b] * cell(planes[c], i * s + a * d - p, j * t + b * e - q)
                                        for c in range(inner) for a in range(h) for b in range(w))
                          for j in range(columns)] for i in range(rows)])
        result.append(maps)
    return result


def conv2d_backward(x, weight, grad, stride=1, padding=0):
    x, weight, grad = x.tolist(), weight.tolist(), grad.tolist()
    (s, t), (p, q) = two(stride), two(padding)
    height, width = len(x[0][0]), len(x[0][0][0])
    dx = [[[[0] * width for _ in range(height)] for _ in x[0]] for _ in x]
    dw = [[[[0] * len(row) for row in plane] for plane in kernel] for kernel in weight]
    db = [0] * len(weight)
    for n, maps in enumerate(grad):
        for o, rows in enumerate(maps):
            for i, row in enumerate(rows):
                for j, g in enumerate(row):
                    db[o] += g
                    for c, plane in enumerate(weight[o]):
                        for a, line in enumerate(plane):
                            for b, k in enumerate(line):
                                r, col = i * s + a - p, j * t + b - q
                                if 0 <= r < height and 0 <= col < width:
                                    dx[n][c][r][col] += g * k
                                    dw[o][c][a][b] += g * x[n][c][r][col]
    return dx, dw, db


def true_convolution(X, K):
    X, K = X.tolist(), [row[::-1] for row in K.tolist()[::-1]]
    return [[sum(K[a][b] * X[i + a][j + b] for a in range(len(K)) for b in range(len(K[0])))
             for j in range(len(X[0]) - len(K[0]) + 1)] for i in range(len(X) - len(K) + 1)]
