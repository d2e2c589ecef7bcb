# 池化层的实现(不调用 torch 自带的池化函数)
import torch


def 成对(值):
    """把整数变成一对"""
    return (值, 值) if isinstance(值, int) else tuple(值)


def 输出长度(长, 核, 步, 填, 胀, 向上取整):
    # 公式: floor((W + 2P - D(K-1) - 1) / S) + 1
    余 = 长 + 2 * 填 - 胀 * (核 - 1) - 1
    数 = 余 // 步 + 1
    if 向上取整 and 余 % 步 != 0:
        数 += 1
        # 最后一个窗口必须从图像或左边填充里开始
        if (数 - 1) * 步 >= 长 + 填:
            数 -= 1
    return 数


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    核, 填, 胀 = 成对(kernel_size), 成对(padding), 成对(dilation)
    步 = 核 if stride is None else 成对(stride)
    批, 道, 高, 宽 = x.shape
    出高 = 输出长度(高, 核[0], 步[0], 填[0], 胀[0], ceil_mode)
    出宽 = 输出长度(宽, 核[1], 步[1], 填[1], 胀[1], ceil_mode)
    结果 = torch.full((批, 道, 出高, 出宽), -float("inf"), dtype=x.dtype)   # 负无穷,不是零
    位置 = torch.zeros((批, 道, 出高, 出宽), dtype=torch.int64)
    for i in range(出高):
        for j in range(出宽):
            for a in range(核[0]):
                行 = i * 步[0] - 填[0] + a * 胀[0]
                if 行 < 0 or 行 >= 高:
                    continue
                for b in range(核[1]):
                    列 = j * 步[1] - 填[1] + b * 胀[1]
                    if 列 < 0 or 列 >= 宽:
                        continue
                    值 = x[:, :, 行, 列]
                    更大 = 值 > 结果[:, :, i, j]
                    位置[:, :, i, j] = torch.where(更大, torch.tensor(行 * 宽 + 列), 位置[:, :, i, j])
                    结果[:, :, i, j] = torch.where(更大, 值, 结果[:, :, i, j])
    return (结果, 位置) if return_indices else 结果


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    核, 填 = 成对(kernel_size), 成对(padding)
    步 = 核 if stride is None else 成对(stride)
    批, 道, 高, 宽 = x.shape
    出高 = 输出长度(高, 核[0], 步[0], 填[0], 1, ceil_mode)
    出宽 = 输出长度(宽, 核[1], 步[1], 填[1], 1, ceil_mode)
    结果 = torch.zeros((批, 道, 出高, 出宽), dtype=x.dtype)
    for i in range(出高):
        for j in range(出宽):
            上, 左 = i * 步[0] - 填[0], j * 步[1] - 填[1]
            下, 右 = min(上 + 核[0], 高 + 填[0]), min(左 + 核[1], 宽 + 填[1])
            个数 = (下 - 上) * (右 - 左)
            块 = x[:, :, max(上, 0):min(下, 高), max(左, 0):min(右, 宽)]
            if not count_include_pad:
                个数 = 块.shape[2] * 块.shape[3]
            if divisor_override is not None:
                个数 = divisor_override
            结果[:, :, i, j] = 块.sum(dim=(2, 3)) / 个数
    return 结果


def global_avg_pool2d(x):
    """先对高求平均,再对宽求平均"""
    return x.mean(dim=2).mean(dim=2)
