"""From the record of an inspection to what people open: report, overlays, tables."""
