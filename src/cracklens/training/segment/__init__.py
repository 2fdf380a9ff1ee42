"""Training a segmenter: a crack probability per pixel and per tile."""
