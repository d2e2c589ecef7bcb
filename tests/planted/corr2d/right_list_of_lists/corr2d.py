def corr2d(X, K):
    result = []
    for i in range(len(X) - len(K) + 1):
        row = []
        for j in range(len(X[0]) - len(K[0]) + 1):
            s = 0.0
            for a in range(len(K)):
                for b in range(len(K[0])):
                    s += float(X[i + a][j + b]) * float(K[a][b])
            row.append(s)
        result.append(row)
    return result


def edge_demo():
    dark = [1, 1, 0, 0, 0, 0, 1, 1]
    X = [dark, dark, [1] * 8, dark, dark, dark]
    return corr2d(X, [[1, -1]]), corr2d(X, [[1], [-1]])
