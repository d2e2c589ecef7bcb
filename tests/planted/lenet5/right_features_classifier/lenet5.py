import torch
import torch.nn as nn

__all__ = ["LeNet5", "lenet5", "train"]


class LeNet5(nn.Module):
    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=5, padding=2),
            nn.Sigmoid(),
            nn.AvgPool2d(kernel_size=2, stride=2),
            nn.Conv2d(6, 16, kernel_size=5),
            nn.Sigmoid(),
            nn.AvgPool2d(kernel_size=2, stride=2),
        )
        self.classifier = nn.Sequential(
            nn.Linear(16 * 5 * 5, 120),
            nn.Sigmoid(),
            nn.Linear(120, 84),
            nn.Sigmoid(),
            nn.Linear(84, num_classes),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        x = torch.flatten(x, 1)
        x = self.classifier(x)
        return x


def lenet5(**kwargs) -> LeNet5:
    return LeNet5(**kwargs)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model = model.to(device)
    criterion = nn.CrossEntropyLoss()
    epochs = 18
    optimizer = torch.optim.Adam(model.parameters(), lr=0.007)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs + 2)
    losses = []
    for _ in range(epochs):
        model.train()
        meter = []
        for idx in torch.randperm(len(images)).split(32):
            inputs, targets = images[idx].to(device), labels[idx].to(device)
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(model(inputs), targets)
            loss.backward()
            optimizer.step()
            meter.append(loss.item())
        scheduler.step()
        losses.append(sum(meter) / len(meter))
    return losses
