"""Words that the findings of planted mistakes of layers must hold: see tests.words."""

from tests.words import LEFT_OVER, RETURN

WORDS: dict[str, str] = {
    "dropout_of_a_fixed_number": "Do not drop a fixed number of values",
    "dropout_always_the_same": "the seeds .* drop the same values",
    "dropout_divides_by_p": "is divided by 1 - p",
    "dropout_gives_its_mask_too": "Give back the result alone",
    "dropout_ignores_its_seed": "You never use seed",
    "dropout_in_place": "changed its input x",
    "dropout_keeps_with_p": "the probability to be dropped, not to be kept",
    "dropout_never_off": "You never use training",
    "dropout_not_scaled": "is divided by 1 - p",
    "dropout_of_whole_samples": "along axis 1 .* dropped or kept together.*rand",
    "dropout_off_in_training": "Scale in training only",
    "dropout_one_mask_for_all": "along axis 0 .* dropped or kept together.*rand",
    "dropout_scaled_in_use": "Scale in training only",
    "dropout_with_normal_numbers": "numbers from rand, in .0, 1.",
    "loss_of_each_sample": "The loss is one number",
    "name_misspelt": "It has crossEntropy",
    "not_implemented": "not written yet.*in line 70",
    "only_two_axes": "in line 5: 'numpy.float32' object is not iterable",
    "relu_in_place": "changed its input x",
    "remembers_the_first_answer": LEFT_OVER,
    "returns_none": RETURN,
    "sigmoid_in_the_dtype_of_x": "Make the result an array of floats",
    "softplus_in_float16": "float16",
    "syntax_error": r"in line 31: '\(' was never closed",
    "weights_not_transposed": r"in line 5: shapes \(2,3\) and \(4,3\)",
}
