"""The record of an inspection: schema, conversion from what the rooms above return, validation."""
