"""Measurement and context to the states that each code gives, with clause and probability."""
