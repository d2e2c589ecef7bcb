import torch
import torch.nn.functional as F

def pair(a):
    return (a, a) if isinstance(a, int) else tuple(int(v) for v in a)

def output_size(W, K, P=0, S=1, D=1):
    import math
    return math.floor((W + 2 * P - D * (K - 1) - 1) / S + 1)


def conv2d_backward(x, weight, grad, stride=1, padding=0):
    x, weight, grad = map(torch.as_tensor, (x, weight, grad))
    O, C, kh, kw = weight.shape
    s, p = pair(stride), pair(padding)
    cols = F.unfold(x, (kh, kw), padding=p, stride=s)
    g = grad.reshape(grad.shape[0], O, -1)
    dw = torch.einsum("nol,nkl->ok", g, cols).reshape(weight.shape)
    dx = F.fold(torch.einsum("ok,nol->nkl", weight.reshape(O, -1), g), x.shape[2:], (kh, kw), padding=p, stride=s)
    return dx, dw, grad.sum((0, 2, 3))

def true_convolution(X, K):
    X, K = torch.as_tensor(X), torch.as_tensor(K)
    return conv2d(X[None, None], torch.flip(K, (0, 1))[None, None])[0, 0]



def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if groups > 1:
        x, weight = torch.as_tensor(x), torch.as_tensor(weight)
        return torch.cat([conv2d(a, b, None, stride, padding, dilation) for a, b in zip(x.chunk(groups, 1), weight.chunk(groups, 0))], 1)
    x, weight = torch.as_tensor(x), torch.as_tensor(weight)
    s, p, d = pair(stride), pair(padding), pair(dilation)
    N, C, H, W = x.shape
    O, Cg, kh, kw = weight.shape
    cols = F.unfold(x, (kh, kw), dilation=d, padding=p, stride=s)
    out = weight.reshape(O, -1) @ cols
    if bias is not None:
        out = out + torch.as_tensor(bias).view(1, -1, 1)
    return out.view(N, O, output_size(H, kh, p[0], s[0], d[0]), output_size(W, kw, p[1], s[1], d[1]))
