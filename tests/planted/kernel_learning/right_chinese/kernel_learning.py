# 学习卷积核
import torch
from torch import nn


def learn_kernel(X, Y, 步数=20, 学习率=0.02):
    # 输入通道1，输出通道1，形状为(1, 2)的卷积核，忽略偏置
    卷积层 = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
    nn.init.zeros_(卷积层.weight)
    # 四维格式（批量大小、通道、高度、宽度）
    X = X.reshape((1, 1, 6, 8))
    Y = Y.reshape((1, 1, 6, 7))
    损失列表 = []
    for i in range(步数):
        损失 = ((卷积层(X) - Y) ** 2).sum()
        卷积层.zero_grad()
        损失.backward()
        # 迭代卷积核
        卷积层.weight.data[:] -= 学习率 * 卷积层.weight.grad
        损失列表.append(损失.item())
        print(f'第{i + 1}步, 损失 {损失.item():.3f}')
    return 卷积层.weight.data.reshape((1, 2)), 损失列表
