"""From candidate lines and pixels to the probability that each line is a crack."""
