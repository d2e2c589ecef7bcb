from stable import log_sum_exp, mask, np


linear = lambda x, W, b=None: np.matmul(x, np.swapaxes(W, 0, 1)) + (0 if b is None else b)
relu = lambda x: np.array([[max(v, 0) for v in row] for row in np.asarray(x)])
softplus = lambda x: log_sum_exp(np.stack([np.zeros(np.shape(x)), np.asarray(x, float)]), 0)[0]
sigmoid = lambda x: np.exp(-softplus(-np.asarray(x, float)))
tanh = lambda x: 1 - 2 * sigmoid(-2 * np.asarray(x, float))
softmax = lambda x, axis=-1: np.exp(np.asarray(x, float) - log_sum_exp(np.asarray(x, float), axis))


def cross_entropy(logits, labels):
    logits = np.asarray(logits, float)
    return float(np.mean(log_sum_exp(logits, 1)[:, 0] - logits[np.arange(len(labels)), np.asarray(labels)]))


def dropout(x, p, training, seed):
    return np.asarray(x, float) * mask(np.shape(x), p, seed) if training else np.asarray(x)
