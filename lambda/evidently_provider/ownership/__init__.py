"""Ownership: the plan of a request, physical ids, references. Pure."""
