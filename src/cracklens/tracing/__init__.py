"""Probability map to cracks as graphs of centrelines."""
