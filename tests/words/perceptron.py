"""Words that the findings of planted mistakes of perceptron must hold: see tests.words."""

from __future__ import annotations

LARGEST = "Subtract the largest score of each row"

WORDS: dict[str, str] = {
    "classes_called_out_features": "no parameter classes: add it",
    "detached": "no argmax, detach, .data or torch.no_grad",
    "dropout": "Dropout is off in eval mode",
    "epsilon_added": LARGEST,
    "flattens_the_batch": "Keep the batch axis",
    "images_only": "line 12.*2 axes here, not 4",
    "keepdim_forgotten": "line 17.*3 against 2",
    "largest_of_the_batch": LARGEST,
    "layer_in_a_list": "self.layers is a plain list",
    "layer_made_in_forward": "has 0 parameters.*attributes of the network",
    "no_grad_on_weight": "no gradient reaches linear.weight",
    "one_output": "a score for each class",
    "overflow": LARGEST,
    "probabilities_in_place": "changed its input y",
    "probabilities_missing": "defines no probabilities",
    "returns_the_largest": "a probability for each score",
    "rows_only": "line 12.*print x.shape before it",
    "sizes_built_in": r"weights \(3, \d+\) and biases \(3,\).*nn.Linear.in_features, classes",
    "standardises_in_place": "",
    "stub": "not written yet",
    "syntax_error": "line 8",
    "transposed_image": "",
}
