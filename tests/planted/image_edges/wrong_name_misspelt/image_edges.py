def outlines(image):
    rows = [[float(v) for v in row] for row in image.tolist()]
    result = []
    for i in range(2, len(rows) - 2):
        line = []
        for j in range(2, len(rows[0]) - 2):
            around = sum(sum(rows[a][j - 2:j + 3]) for a in range(i - 2, i + 3))
            line.append(25 * rows[i][j] - around)
        result.append(line)
    return result
