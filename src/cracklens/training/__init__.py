"""Training: backbones, recipes, heads, fine-tuning, export. The only room that imports PyTorch.

The configuration can be read without PyTorch; everything else needs the `train` extra.
"""

import os

# PyTorch's OpenMP (libgomp, read when it is loaded) lets waiting threads spin for milliseconds. With
# one other busy program on 2 cores that makes a training step 4 to 10 times slower (300 to 700 ms
# against 70 ms); on an idle machine, spinning briefly costs nothing that one can measure.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
