import torch


def outline(image):
    windows = image.to(torch.float64).unfold(0, 5, 1).unfold(1, 5, 1)
    kernel = torch.tensor([-1.0] * 12 + [24.0] + [-1.0] * 12, dtype=torch.float64)
    return (windows.reshape(*windows.shape[:2], 25) @ kernel).half()
