"""Words that the findings of planted mistakes of lenet5_paper must hold: see tests.words."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "bias_for_every_cross": "60,850.*a bias for each cross of the table",
    "convolutions_in_python_list": "self.c3 is a plain list.*ModuleList",
    "counted_from_one": "beyond 0 to 5.*counted from 0",
    "fixed_batch_size": "line 25.*Keep the batch axis",
    "gaps_misread": "map 12 of C3 with maps 0, 1, 2, 4 of S2, expected maps 0, 1, 3, 4",
    "maps_in_another_order": "TABLE connects map 0 of C3 with maps 0, 1, 2, 3, 4, 5",
    "mask_over_full_convolution": "900 parameters of C3 have no effect.*A mask over nn.Conv2d",
    "neighbours_do_not_wrap": "map 4 of C3 with maps 3, 4, 5 of S2, expected maps 0, 4, 5",
    "no_bias_in_c3": "60,790.*C3 has no biases",
    "pooling_with_weights": "60,850.*the paper's pooling, which has weights of its own",
    "shared_kernels": "59,719 parameters, expected 60,806",
    "stacked_instead_of_concatenated": "line 24.*print the shapes",
    "stub": "TABLE is None: write the table",
    "syntax_error": r"line 5: '\[' was never closed",
    "table_missing": "defines no TABLE",
    "table_right_network_misread": "in the network C3 connects map 1 of C3 with maps 0, 1, 2 of S2, expected maps 1, 2, 3",
    "train_c3_left_out": "",
    "train_never_steps": "",
    "train_no_zero_grad": "",
    "no_padding_and_256": "256 numbers .* in place of 400",
}
