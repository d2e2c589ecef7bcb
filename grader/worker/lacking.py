"""What is there at home and withheld where code is graded: a network, a GPU, a library. Missing it is nobody's mistake.

Told by the words of an exception. Text only: the judge words its hints by the same.
"""

from __future__ import annotations

import re

NETWORK_KINDS = "URLError HTTPError gaierror ConnectionError ConnectionRefusedError MaxRetryError SSLError"
NETWORK = r"urlopen error|Temporary failure in name resolution|Network is unreachable|Error downloading|no network"
DATA_SET = r"Dataset not found"  # torchvision's, of what is not to be downloaded
GPU = (
    r"not compiled with CUDA|No CUDA GPUs|Found no NVIDIA driver|CUDA is not available|is_available\(\) is False"
    r"|CUDA error|PyTorch without CUDA|Cannot initialize CUDA"
)
APPLES_GPU = r"MPS backend|\bmps\b|without MPS"
LIBRARY = r"\b(?:is|are) not here, and your code|cannot be used while your code is graded"  # of our own stand-ins
KINDS = frozenset(NETWORK_KINDS.split())
WORDS = re.compile("|".join((NETWORK, DATA_SET, GPU, APPLES_GPU, LIBRARY)))


def is_lacking(problem: BaseException) -> bool:
    """Whether an exception is about such a thing."""
    try:
        return type(problem).__name__ in KINDS or WORDS.search(str(problem)) is not None
    except BaseException:  # a student's own kind, whose words are code
        return False
