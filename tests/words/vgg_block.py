"""Words that the findings of planted mistakes of vgg_block must hold: see tests.words."""

WORDS: dict[str, str] = {
    "channels_not_updated": "made for 3 channels and gets 5",
    "field_wants_paddings": "in line 18: not enough values.*3 names stand on the left",
    "plain_list": "has no parameters.*nn.ModuleList",
    "returns_a_list": "makes a list, not a torch.nn.Module",
    "stub": "not written yet.*in line 13",
    "counts_in_floats": "expected an int.*Divide with //",
}
