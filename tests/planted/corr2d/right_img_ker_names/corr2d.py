import torch

def corr2d(img, ker):
    ih, iw = img.shape
    kh, kw = ker.shape
    out = torch.zeros((ih-kh+1, iw-kw+1), dtype=torch.float32)
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            patch = img[y:y+kh, x:x+kw]
            out[y, x] = torch.sum(patch*ker)
    return out

def edge_demo():
    img = torch.ones((6, 8))
    img[0:2, 2:6] = 0.
    img[3:6, 2:6] = 0.
    ker = torch.tensor([[1., -1.]])
    return corr2d(img, ker), corr2d(img, ker.transpose(0, 1))
