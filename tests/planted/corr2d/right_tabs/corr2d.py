import torch

def corr2d(X, K):
	h, w = K.shape; H, W = X.shape
	Y = torch.zeros(H-h+1, W-w+1)   # saída
	for i in range(H-h+1):
		for j in range(W-w+1):
			janela = X[i:i+h, j:j+w]
			Y[i, j] = (janela*K).sum()
	return Y
