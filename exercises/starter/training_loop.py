"""Exercise training_loop: one epoch, a test, a whole training, and a model kept in a file.

model(images) gives logits (N, classes), loss_fn(logits, labels) the mean loss of a batch. They work with any model, loss and
optimizer: use those that are given.
"""


def train_loop(model, images, labels, loss_fn, optimizer, batch_size, seed=0):
    """One epoch in train mode: every sample once, one step for each batch, the last one may be smaller.

    images (N, ...), labels (N,). `seed` decides the order, if you shuffle. Give back the mean loss of all samples, as they
    came by, as a number.
    """
    raise NotImplementedError


def test_loop(model, images, labels, loss_fn, batch_size=1000):
    """Measure in eval mode and without gradients: (mean loss of all samples, accuracy from 0 to 1).

    Nothing of the model changes, and it gets back the mode in which it came.
    """
    raise NotImplementedError


def fit(model, train, test, loss_fn, optimizer, batch_size, epochs, seed=0):
    """Train for some epochs, each in another order, and test after each of them.

    train and test are pairs (images, labels). Give back the curves, a number an epoch:
    {"train_loss": [...], "test_loss": [...], "test_accuracy": [...]}.
    """
    raise NotImplementedError


def save(model, path):
    """Keep the model in a file, so that `load` can give it back. The model itself stays as it is, in its mode."""
    raise NotImplementedError


def load(path, model=None):
    """The whole model of a file; with `model`, that one, with the file's state_dict in it."""
    raise NotImplementedError
