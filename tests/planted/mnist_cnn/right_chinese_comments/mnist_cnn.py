import torch
import torch.nn as nn
import torch.nn.functional as F


class MnistCNN(nn.Module):
    """手写数字识别：两层卷积，两层全连接"""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)    # 输出 32x28x28
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)   # 输出 64x14x14
        self.fc1 = nn.Linear(64 * 7 * 7, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)     # 池化后 32x14x14
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)     # 池化后 64x7x7
        x = x.view(x.size(0), -1)                      # 展平
        x = F.relu(self.fc1(x))
        return self.fc2(x)                             # 返回 logits，不用 softmax


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    优化器 = torch.optim.Adam(model.parameters(), lr=0.002)
    损失列表 = []
    for 轮次 in range(6):
        model.train()
        总损失, 个数 = 0.0, 0
        顺序 = torch.randperm(len(images))
        for 起点 in range(0, len(images), 64):
            批 = 顺序[起点:起点 + 64]
            输出 = model(images[批].to(device))
            损失 = F.cross_entropy(输出, labels[批].to(device))
            优化器.zero_grad()
            损失.backward()
            优化器.step()
            总损失 += 损失.item() * len(批)
            个数 += len(批)
        损失列表.append(总损失 / 个数)
        print("第%d轮 损失：%.4f" % (轮次 + 1, 损失列表[-1]))
    return 损失列表
