"""Words that the findings of planted mistakes of convolution must hold: see tests.words."""

from tests.words import LEFT_OVER, PAIR, READY_MADE, RETURN

SHAPE = "A gradient has the shape of what it belongs to"

WORDS: dict[str, str] = {
    "backward_takes_padding_before_stride": r"conv2d_backward\(x, weight, grad, ",
    "bias_along_the_columns": "in line 25.*shapes .2,3,3,5. and .3,. meet here",
    "bias_forgotten": "is added to every cell of channel o",
    "bias_gradient_a_sample_each": SHAPE,
    "buffer_reused": "shares its memory with the previous result",
    "cut_from_p_to_minus_p": "p:-p is empty for p = 0",
    "dilation_ignored": "It is the size for a dilation of 1",
    "float32_zeros": "in line 26.*Two dtypes meet",
    "grad_modified": "changed its input grad",
    "gradients_in_another_order": "in this order: return grad_x, grad_weight, grad_bias",
    "groups_ignored": "in line 42.*groups=3",
    "image_scaled_in_place": "changed its input x",
    "integer_result": "cut to whole numbers",
    "missing_backward": "It has conv_backward",
    "not_implemented": "not written yet.*in line 57",
    "only_two_gradients": "gives three, in this order",
    "padding_before_stride": r"conv2d\(x, weight, bias, \(2, 3\), \(3, 1\)",
    "padding_not_cut_off": "cut the padding off",
    "padding_on_one_side": "1 row missing, 1 column missing",
    "pads_with_ones": "Zeros on all four sides",
    "remainder_missing": SHAPE,
    "results_added_up": f"{LEFT_OVER}|is a list of 3",
    "returns_none": RETURN,
    "size_is_a_float": "expected an int",
    "stride_ignored": "It is the size for a stride of 1",
    "syntax_error": "in line 24: expected ':'",
    "uses_conv_transpose_on_the_way_back": READY_MADE,
    "uses_functional_conv2d": READY_MADE,
    "uses_scipy_for_true_convolution": READY_MADE,
    "weight_decay_added": "",
    "pads_with_copies_of_the_border": "copies of its outermost pixels",
    "pairs_as_tuples_only": PAIR,
    "bias_lost_with_groups": "The bias is missing",
}
