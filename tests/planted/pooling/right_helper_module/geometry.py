def pair(v):
    return tuple(v) if isinstance(v, (list, tuple)) else (v, v)


class Axis:
    """Everything about one axis: where the windows start, how many cells they cover."""

    def __init__(self, n, k, s, p, d, ceil_mode):
        self.n, self.k, self.s, self.p, self.d = n, k, s, p, d
        reach = d * (k - 1) + 1
        self.starts = []
        at = -p
        while at + reach <= n + p:
            self.starts.append(at)
            at += s
        # ceil_mode: one more window if cells were left over and it starts before the right padding
        if ceil_mode and at - s + reach < n + p and at < n:
            self.starts.append(at)

    @staticmethod
    def both(x, k, s, p, d, ceil_mode):
        s = k if s is None else s
        return [Axis(*args, ceil_mode) for args in zip(x.shape[2:], pair(k), pair(s), pair(p), pair(d))]

    def counts(self, with_padding):
        if with_padding:
            return [min(a + self.k, self.n + self.p) - a for a in self.starts]
        return [min(a + self.k, self.n) - max(a, 0) for a in self.starts]
