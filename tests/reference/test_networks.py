"""The reference networks: shapes, parameter counts, and the laws of the residual block."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from reference.lenet5 import LeNet5
from reference.lenet5_paper import LeNet5Paper
from reference.mnist_cnn import MnistCNN
from reference.plain_cnn import PlainCNN
from reference.resnet_block import ResidualBlock, SmallResNet


def layer_counts(model: nn.Module) -> list[int]:
    """Parameters of each layer that has some of its own, in order."""
    own = [sum(p.numel() for p in module.parameters(recurse=False)) for module in model.modules()]
    return [count for count in own if count]


@pytest.mark.parametrize(
    ("network", "counts", "total"),
    [
        (MnistCNN, [320, 18_496, 401_536, 1_290], 421_642),
        (LeNet5, [156, 2_416, 48_120, 10_164, 850], 61_706),
        (LeNet5Paper, [156, 1_516, 48_120, 10_164, 850], 60_806),
        (PlainCNN, [832, 51_264, 131_200, 1_290], 184_586),
    ],
)
def test_parameter_counts_are_the_contract_s(network: type[nn.Module], counts: list[int], total: int) -> None:
    """Layer by layer, the reference has the parameters that the exercise names."""
    assert layer_counts(network()) == counts
    assert sum(counts) == total


def test_small_resnet_has_the_parameters_its_table_says() -> None:
    """The docstring's table is right, block by block."""
    model = SmallResNet()
    parts = [model.stem, *model.blocks, model.fc]

    assert [sum(layer_counts(part)) for part in parts] == [176, 4_672, 14_528, 57_728, 650]


@pytest.mark.parametrize("network", [MnistCNN, LeNet5, LeNet5Paper, PlainCNN, SmallResNet])
@pytest.mark.parametrize("batch", [1, 2, 7])
def test_networks_give_ten_logits_an_image(network: type[nn.Module], batch: int) -> None:
    """Any batch size goes in; (N, 10) comes out, whatever else is in the batch."""
    torch.manual_seed(0)
    model, images = network().eval(), torch.randn(batch, 1, 28, 28)
    logits = model(images)

    assert logits.shape == (batch, 10)
    torch.testing.assert_close(logits[:1], model(images[:1]))


@pytest.mark.parametrize(("shape", "stride"), [((8, 8), 1), ((8, 8), 2), ((7, 5), 2), ((1, 1), 2), ((9, 4), 3)])
def test_block_makes_ceil_of_size_over_stride(shape: tuple[int, int], stride: int) -> None:
    """Odd sizes and strides give the shape that the docstring promises, on both branches."""
    out = ResidualBlock(3, 6, stride)(torch.randn(2, 3, *shape))

    assert out.shape == (2, 6, -(-shape[0] // stride), -(-shape[1] // stride))


@pytest.mark.parametrize(("channels", "stride"), [(4, 1), (8, 1), (4, 2)])
def test_block_without_its_residual_is_relu_of_the_shortcut(channels: int, stride: int) -> None:
    """With F at zero the block is ReLU(shortcut(x)), so the sum comes before the last ReLU."""
    torch.manual_seed(0)
    block, x = ResidualBlock(4, channels, stride), torch.randn(2, 4, 6, 6)
    nn.init.zeros_(block.bn2.weight)

    torch.testing.assert_close(block(x), block.shortcut(x).relu())


def test_identity_shortcut_has_no_parameters() -> None:
    """Only a change of shape needs a projection."""
    assert [len([*ResidualBlock(4, *rest).shortcut.parameters()]) for rest in ((4,), (8,), (4, 2))] == [
        0,
        3,
        3,
    ]


def test_block_leaves_its_input_alone_and_reaches_every_parameter() -> None:
    """Nothing is done in place, and every parameter gets a gradient."""
    torch.manual_seed(0)
    block, x = ResidualBlock(4, 8, 2), torch.randn(2, 4, 6, 6)
    before = x.clone()
    block(x).square().sum().backward()

    assert torch.equal(x, before)
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in block.parameters())
