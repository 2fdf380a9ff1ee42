"""Training of a verifier, the second stage of a segmenter: what is each line that it finds?"""
