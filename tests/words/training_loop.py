"""Words that the findings of planted mistakes of training_loop must hold: see tests.words. The others are named."""

WORDS = {
    "loss_as_a_number": "in line .*'float' object has no attribute 'backward'",
    "stub": "not written yet",
}
