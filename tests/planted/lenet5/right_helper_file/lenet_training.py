import torch
import torch.nn.functional as F


def fit(model, images, labels, *, device, seed, epochs, batch_size, lr):
    torch.manual_seed(seed)
    model.to(device)
    images, labels = images.to(device), labels.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for index in torch.randperm(len(images)).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[index]), labels[index])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        history.append(total / len(images))
    return history
