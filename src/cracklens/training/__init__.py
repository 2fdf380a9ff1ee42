"""Training: backbones, recipes, heads, fine-tuning, export. The only room that imports PyTorch.

The configuration can be read without PyTorch; everything else needs the `train` extra.
"""

import os

# PyTorch's OpenMP (libgomp, set when it is loaded) lets waiting threads spin for milliseconds. With
# one other busy program on 2 cores a training step then takes 300 to 700 ms instead of 70; on an
# idle machine, spinning briefly costs nothing that one can measure.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
