"""Training: backbones, recipes, heads, fine-tuning, export. The only room that imports PyTorch.

The configuration can be read without PyTorch; everything else needs the `train` extra.
"""
