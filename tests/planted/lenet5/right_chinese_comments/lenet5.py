import torch
import torch.nn as nn


class LeNet5(nn.Module):
    """LeNet-5 卷积神经网络，激活函数用 sigmoid，池化用平均池化"""

    def __init__(self):
        super(LeNet5, self).__init__()
        # 第一层：卷积，1 -> 6 通道，填充 2，输出仍是 28x28
        self.卷积一 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        # 第三层：卷积，6 -> 16 通道，输出 10x10
        self.卷积二 = nn.Conv2d(6, 16, kernel_size=5)
        self.池化 = nn.AvgPool2d(kernel_size=2, stride=2)
        # 三个全连接层
        self.全连接一 = nn.Linear(16 * 5 * 5, 120)
        self.全连接二 = nn.Linear(120, 84)
        self.全连接三 = nn.Linear(84, 10)
        self.激活 = nn.Sigmoid()

    def forward(self, x):
        x = self.池化(self.激活(self.卷积一(x)))   # 28x28 -> 14x14
        x = self.池化(self.激活(self.卷积二(x)))   # 10x10 -> 5x5
        x = x.view(x.size(0), -1)                  # 展平成 400
        x = self.激活(self.全连接一(x))
        x = self.激活(self.全连接二(x))
        return self.全连接三(x)                    # 不加 softmax，交叉熵里已经有了


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model = model.to(device)
    损失函数 = nn.CrossEntropyLoss()
    优化器 = torch.optim.Adam(model.parameters(), lr=0.005)
    每轮损失 = []
    for 轮 in range(20):
        model.train()
        总和 = 0.0
        for 下标 in torch.randperm(len(images)).split(64):
            X, y = images[下标].to(device), labels[下标].to(device)
            优化器.zero_grad()
            损失 = 损失函数(model(X), y)
            损失.backward()
            优化器.step()
            总和 += 损失.item() * len(下标)
        每轮损失.append(总和 / len(images))
        print(f"第 {轮 + 1} 轮，损失 {每轮损失[-1]:.4f}")
    return 每轮损失
