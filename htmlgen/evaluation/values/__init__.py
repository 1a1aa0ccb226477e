"""Attributes and their values: what no grammar can say of them."""
