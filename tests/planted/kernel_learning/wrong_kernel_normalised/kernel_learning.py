import torch

def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y

def learn_kernel(X, Y, steps=20, lr=0.02):
    K = torch.randn(1, 2, requires_grad=True)
    losses = []
    for i in range(steps):
        l = ((corr2d(X, K) - Y) ** 2).sum()
        l.backward()
        with torch.no_grad():
            K -= lr * K.grad
            K.grad.zero_()
        losses.append(l.item())
    return K.detach() / K.detach().abs().max(), losses
