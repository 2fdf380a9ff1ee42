"""What is kept of each photograph to grade it again without the network."""
