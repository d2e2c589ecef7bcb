import torch
import torch.nn.functional as F


def P(v): return (v, v) if isinstance(v, int) else (v[0], v[1])


def O(n, k, s, p, d, cm):
    o = (n + 2*p - d*(k-1) - 1 + (s-1 if cm else 0)) // s + 1
    if cm and (o-1)*s >= n+p: o -= 1
    return o


def cut(x, k, s, p, d, cm, v):
    oh, ow = O(x.shape[2], k[0], s[0], p[0], d[0], cm), O(x.shape[3], k[1], s[1], p[1], d[1], cm)
    x = F.pad(x, (p[1], p[1]+s[1], p[0], p[0]+s[0]), mode='constant', value=v)
    l = []
    for i in range(oh):
        for j in range(ow):
            l.append(x[:, :, i*s[0]:i*s[0]+d[0]*(k[0]-1)+1:d[0], j*s[1]:j*s[1]+d[1]*(k[1]-1)+1:d[1]].flatten(2))
    return torch.stack(l, 2).unflatten(2, (oh, ow))


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = P(kernel_size), P(padding), P(dilation)
    s = P(stride if stride is not None else kernel_size)
    w = cut(x, k, s, p, d, ceil_mode, float('-inf'))
    if not return_indices:
        return w.sort(dim=-1, descending=True)[0][..., 0]
    v, i = w.topk(1, dim=-1)
    v, i = v.squeeze(-1), i.squeeze(-1)
    r = torch.arange(v.shape[2]).reshape(-1, 1)*s[0] - p[0] + i//k[1]*d[0]
    c = torch.arange(v.shape[3]).reshape(1, -1)*s[1] - p[1] + i%k[1]*d[1]
    return v, r*x.shape[3] + c


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = P(kernel_size), P(padding)
    s = P(stride if stride is not None else kernel_size)
    t = cut(x, k, s, p, (1, 1), ceil_mode, 0.).sum(-1)
    if divisor_override: return t / divisor_override
    one = torch.ones(1, 1, *x.shape[2:])
    if count_include_pad:
        # pad the ones with ones; cut pads another p of zeros, so start p cells later
        one = F.pad(one, (p[1], p[1], p[0], p[0]), value=1.)
        one = F.pad(one, (0, s[1], 0, s[0]))
        n = torch.stack([one[0, 0, i*s[0]:i*s[0]+k[0], j*s[1]:j*s[1]+k[1]].sum()
                         for i in range(t.shape[2]) for j in range(t.shape[3])]).view(t.shape[2:])
    else:
        n = cut(one, k, s, p, (1, 1), ceil_mode, 0.).sum(-1)
    return t / n


def global_avg_pool2d(x): return x.mean(3).mean(2)
