import numpy as np

EDGES = np.pad([[25]], 2) - np.ones((5, 5), dtype=int)
