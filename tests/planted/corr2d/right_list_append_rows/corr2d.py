import numpy as np

# Práctica 1. Correlación cruzada

def corr2d(X, K):
    alto, ancho = K.shape
    filas = []
    for i in range(X.shape[0] - alto + 1):
        fila = []
        for j in range(X.shape[1] - ancho + 1):
            ventana = X[i:i + alto, j:j + ancho]
            fila.append(float((ventana * K).sum()))
        filas.append(fila)
    return np.array(filas)


def edge_demo():
    X = np.ones((6, 8))
    X[:2, 2:6] = 0
    X[3:, 2:6] = 0
    K = np.array([[1.0, -1.0]])
    verticales = corr2d(X, K)
    horizontales = corr2d(X, K.T)
    return verticales, horizontales
