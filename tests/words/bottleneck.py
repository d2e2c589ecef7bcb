"""Words that the findings of planted mistakes of bottleneck must hold: see tests.words."""

WORDS: dict[str, str] = {
    "basic_block": "lacks a part: expected a 1x1, a 3x3 and a 1x1 nn.Conv2d",
    "no_stride_argument": "Your Bottleneck takes inc, mid",
    "stub": "not written yet.*in line 17",
    "norms_without_weights": "with weights and running statistics",
    "instance_norm": "nn.BatchNorm2d.*no other norm",
}
