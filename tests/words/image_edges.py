"""Words that the findings of planted mistakes of image_edges must hold: see tests.words."""

from tests.words import LEFT_OVER, RETURN

EIGHT_BITS = "24 . 200 does not fit into 8 bits|8 bits are too few|8 bits is too small"

WORDS: dict[str, str] = {
    "adds_up_over_calls": LEFT_OVER,
    "always_508": "506 rows too many",
    "border_left_in": "It is as large as the image",
    "cast_to_bytes": EIGHT_BITS,
    "eight_bits": EIGHT_BITS,
    "half_precision": "float16",
    "image_overwritten": f"changed its input image|{EIGHT_BITS}",
    "kept_from_the_first_call": "shares its memory with the previous result",
    "kernel_of_3x3": "2 rows too many, 2 columns too many",
    "loops_over_a_corner": "On smaller pictures it is right",
    "mean_taken_off_in_place": "changed its input image",
    "middle_off_the_centre": "24 times the middle of each 5x5 window",
    "name_misspelt": "It has outlines",
    "not_implemented": "not written yet.*in line 5",
    "reads_a_missing_picture": "in line 4.*camera.npy.*hand it in beside your code",
    "returns_kernel_too": "Return the array alone",
    "returns_none": RETURN,
    "same_size": "It is as large as the image",
    "square_only": "1 column missing",
    "stops_one_early": "does a loop stop one step early",
    "tensor_of_bytes": "in line 8.*scalar type Byte",
    "brought_to_0_to_1": "scaled and shifted",
}
