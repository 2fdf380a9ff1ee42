"""The desk: an HTTP interface to inspections and the page on which a person reviews them."""
