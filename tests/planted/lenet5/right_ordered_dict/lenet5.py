from collections import OrderedDict

import torch
import torch.nn as nn
import torch.optim as optim


class LeNet5(nn.Module):
    def __init__(self):
        super(LeNet5, self).__init__()

        self.convnet = nn.Sequential(OrderedDict([
            ('c1', nn.Conv2d(1, 6, kernel_size=(5, 5), padding=2)),
            ('sig1', nn.Sigmoid()),
            ('s2', nn.AvgPool2d(kernel_size=(2, 2), stride=2)),
            ('c3', nn.Conv2d(6, 16, kernel_size=(5, 5))),
            ('sig3', nn.Sigmoid()),
            ('s4', nn.AvgPool2d(kernel_size=(2, 2), stride=2)),
        ]))

        self.fc = nn.Sequential(OrderedDict([
            ('c5', nn.Linear(400, 120)),
            ('sig5', nn.Sigmoid()),
            ('f6', nn.Linear(120, 84)),
            ('sig6', nn.Sigmoid()),
            ('f7', nn.Linear(84, 10)),
        ]))

    def forward(self, img):
        output = self.convnet(img)
        output = output.view(img.size(0), -1)
        output = self.fc(output)
        return output


def train(model, images, labels, *, device='cpu', seed=0):
    torch.manual_seed(seed)
    model.to(device)
    criterion = nn.CrossEntropyLoss().to(device)
    optimizer = optim.Adam(model.parameters(), lr=4e-3, weight_decay=1e-5)
    loss_list = []
    for epoch in range(20):
        model.train()
        epoch_loss, seen = 0.0, 0
        order = torch.randperm(len(images))
        for i in range(0, len(order), 48):
            batch = order[i:i + 48]
            optimizer.zero_grad()
            output = model(images[batch].to(device))
            loss = criterion(output, labels[batch].to(device))
            epoch_loss += loss.detach().cpu().item() * len(batch)
            seen += len(batch)
            loss.backward()
            optimizer.step()
        loss_list.append(epoch_loss / seen)
        if epoch % 5 == 0:
            print('Train - Epoch %d, Loss: %f' % (epoch, loss_list[-1]))
    return loss_list
