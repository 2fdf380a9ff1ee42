"""The record of an inspection: schema, conversion from the results of the steps, validation."""
