"""Training: backbones, recipes, heads, fine-tuning, export. Only this package imports PyTorch.

The configuration can be read without PyTorch; everything else needs the `train` extra.
"""

import os

# In PyTorch's OpenMP (libgomp, which reads this variable when it is loaded), waiting threads spin
# for milliseconds. With another busy program on 2 cores, a training step then takes 300 to 700 ms
# instead of 70 ms. On an idle machine, a short spin has no measurable cost.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
