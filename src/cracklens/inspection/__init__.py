"""The record of an inspection, and the run over many photographs that makes it."""
