import torch
import torch.nn as nn


def conv_relu_pool(in_channels, out_channels):
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=1, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=2),
    )


class MnistCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = conv_relu_pool(1, 32)
        self.layer2 = conv_relu_pool(32, 64)
        self.fc = nn.Sequential(nn.Flatten(), nn.Linear(7 * 7 * 64, 128), nn.ReLU(), nn.Linear(128, 10))

    def forward(self, x):
        out = self.layer1(x)
        out = self.layer2(out)
        return self.fc(out)


def train(model, images, labels, *, device="cpu", seed=0):
    generator = torch.Generator().manual_seed(seed)
    dataset = torch.utils.data.TensorDataset(images, labels)
    loader = torch.utils.data.DataLoader(dataset, batch_size=64, shuffle=True, generator=generator)
    model = model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    loss_fn = nn.CrossEntropyLoss()
    history = []
    for epoch in range(6):
        model.train()
        running = 0.0
        for X, y in loader:
            X, y = X.to(device), y.to(device)
            loss = loss_fn(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            running += loss.item()
        history.append(running / len(loader))
    return history
