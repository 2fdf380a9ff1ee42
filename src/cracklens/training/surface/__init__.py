"""The surface model: where a photograph shows concrete, plaster, masonry or asphalt."""
