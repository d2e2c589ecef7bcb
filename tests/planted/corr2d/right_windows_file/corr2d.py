import torch

def corr2d(X, K):
    # größe der ausgabe
    hoehe = X.shape[0] - K.shape[0] + 1
    breite = X.shape[1] - K.shape[1] + 1
    Y = torch.zeros((hoehe, breite))
    for i in range(hoehe):
        for j in range(breite):
            Y[i, j] = (X[i:i + K.shape[0], j:j + K.shape[1]] * K).sum()
    return Y
