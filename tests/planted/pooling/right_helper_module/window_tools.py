import torch


def first_cells(axes):
    rows, cols = axes
    return torch.tensor(rows.starts)[:, None], torch.tensor(cols.starts)[None, :]


def gather_windows(x, axes, fill):
    """(N, C, OH, OW, KH*KW), cells outside the image hold fill."""
    where = [torch.tensor([[a + t * ax.d for t in range(ax.k)] for a in ax.starts]) for ax in axes]
    rows, cols = where[0][:, None, :, None], where[1][None, :, None, :]
    inside = (rows >= 0) & (rows < x.shape[2]) & (cols >= 0) & (cols < x.shape[3])
    cells = x[:, :, rows.clamp(0, x.shape[2] - 1), cols.clamp(0, x.shape[3] - 1)]
    return cells.masked_fill(~inside, fill).flatten(-2)
