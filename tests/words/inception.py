"""Words that the findings of planted mistakes of inception must hold: see tests.words."""

WORDS: dict[str, str] = {
    "layers_in_a_list": "has no parameters.*nn.ModuleList",
    "padding_missing": "in line 39.*got size 4 for tensor number 2",
    "pairs_only": "in line 8.*one number here, not two",
    "pool_stride_default": "in line 25.*got size 3 for tensor number 3",
    "stub": "not written yet.*in line 26",
    "padding_one_for_five": "2 for 5x5 keep H and W",
}
