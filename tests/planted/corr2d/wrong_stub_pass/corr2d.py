def corr2d(X, K):
    # your code here
    pass


def edge_demo():
    # your code here
    pass
