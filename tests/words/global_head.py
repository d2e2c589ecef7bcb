"""Words that the findings of planted mistakes of global_head must hold: see tests.words."""

WORDS: dict[str, str] = {
    "hidden_layer": "1,155 parameters, expected 18",
    "linear_made_in_forward": "has no parameters",
    "mean_over_channels": "in line 10.*gets another number of inputs",
    "no_flatten": "in line 13.*gets another number of inputs",
    "stub": "not written yet.*in line 15",
    "window_of_seven": "window is larger than the maps",
}
