"""Words that the findings of planted mistakes of plain_cnn must hold: see tests.words."""

from __future__ import annotations

BY_ITSELF = "Each unit of each image is dropped by itself"
ELSEWHERE = "something else is dropped too.*between the ReLU and the last layer"
COUNT = "expected 184,586"

WORDS: dict[str, str] = {
    "arguments_in_another_order": "Each size comes from the arguments",
    "batch_size_built_in": "line 19.*how the batch axis is kept",
    "dense_layers_in_python_list": "self.dense is a plain list.*ModuleList",
    "dropout_always_on": "Dropout is off in eval mode: F.dropout.x, training=self.training",
    "dropout_called_p": "has no parameter dropout: add it",
    "dropout_divided_by_p": "divided by 1 - p",
    "dropout_fixed_at_half": r"sets \d\d% of the hidden units to zero.*The probability is the constructor's argument",
    "dropout_forgotten": "drops nothing.*model.train.. switches it on",
    "dropout_is_what_is_kept": "the share that is set to zero, not the share that is kept",
    "dropout_made_but_not_called": "drops nothing.*self.dropout.x. in forward",
    "dropout_not_scaled": "by 1, expected 1.*divided by 1 - p",
    "dropout_on_logits": "sets logits to zero.*between the ReLU and the last layer",
    "dropout_on_maps": ELSEWHERE,
    "dropout_one_mask_for_the_batch": f"the same hidden units for all images.*{BY_ITSELF}",
    "dropout_same_mask_every_time": f"the same hidden units in every pass.*{BY_ITSELF}",
    "dropout_scaled_in_eval_mode": "",
    "dropout_twice": ELSEWHERE,
    "dropout_whole_images": f"all hidden units of an image or none.*{BY_ITSELF}",
    "extra_layer": f"184,696 parameters, {COUNT}",
    "flat_size_built_in": "Each size comes from the arguments.*n2 . 4 . 4",
    "no_arguments": "takes 1 positional argument but 5 were given",
    "sizes_built_in": "Each size comes from the arguments",
    "stub": "end in return",
    "syntax_error": "in line 15: expected ':'",
    "train_climbs": "",
    "train_never_steps": "",
    "train_no_zero_grad": "",
    "view_size_built_in": "in line 18.*never a fixed number",
}
