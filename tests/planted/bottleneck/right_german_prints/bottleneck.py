import torch
import torch.nn as nn

# Aufgabe: Flaschenhals-Block aus ResNet-50


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        ausgang = channels * 4
        print("Bottleneck:", in_channels, "->", channels, "->", ausgang)
        # erst schmaler machen
        self.eng = nn.Conv2d(in_channels, channels, kernel_size=1, padding=0)
        self.norm_eng = nn.BatchNorm2d(channels)
        # dann die teure Faltung
        self.mitte = nn.Conv2d(channels, channels, kernel_size=3, padding=1, stride=stride)
        self.norm_mitte = nn.BatchNorm2d(channels)
        # und wieder breiter
        self.weit = nn.Conv2d(channels, ausgang, kernel_size=1, padding=0)
        self.norm_weit = nn.BatchNorm2d(ausgang)
        self.relu = nn.ReLU()
        self.abkuerzung = None
        if in_channels != ausgang or stride != 1:
            self.abkuerzung = nn.Sequential(
                nn.Conv2d(in_channels, ausgang, kernel_size=1, stride=stride), nn.BatchNorm2d(ausgang)
            )

    def forward(self, x):
        rest = x if self.abkuerzung is None else self.abkuerzung(x)
        y = self.relu(self.norm_eng(self.eng(x)))
        y = self.relu(self.norm_mitte(self.mitte(y)))
        y = self.norm_weit(self.weit(y))
        print("Ausgabe:", tuple(y.shape))
        return self.relu(y + rest)
