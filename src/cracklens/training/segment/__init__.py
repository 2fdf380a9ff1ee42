"""Training of a segmenter, which gives a crack probability per pixel and per tile."""
