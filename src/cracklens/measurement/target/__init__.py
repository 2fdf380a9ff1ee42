"""A printed sheet of known lines, and what a photograph of it tells of a camera."""
