def corr2d(X, K):
    kh, kw = len(K), len(K[0])
    Y = []
    for i in range(len(X) - kh):
        row = []
        for j in range(len(X[0]) - kw + 1):
            s = 0
            for a in range(kh):
                for b in range(kw):
                    s += float(X[i + a][j + b] * K[a][b])
            row.append(s)
        Y.append(row)
    return Y
