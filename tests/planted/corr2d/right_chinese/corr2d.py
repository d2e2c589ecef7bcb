# 二维互相关运算
import torch


def 窗口(图像, 行, 列, 高, 宽):
    return 图像[行:行 + 高, 列:列 + 宽]


def corr2d(图像, 卷积核):
    高, 宽 = 卷积核.shape
    结果 = torch.zeros((图像.shape[0] - 高 + 1, 图像.shape[1] - 宽 + 1))
    for i in range(结果.shape[0]):
        for j in range(结果.shape[1]):
            # 逐元素相乘再求和
            结果[i, j] = (窗口(图像, i, j, 高, 宽) * 卷积核).sum()
    return 结果


def edge_demo():
    """检测垂直边缘和水平边缘"""
    图像 = torch.ones((6, 8))
    图像[:2, 2:6] = 0
    图像[3:, 2:6] = 0
    核 = torch.tensor([[1.0, -1.0]])
    return corr2d(图像, 核), corr2d(图像, 核.t())
