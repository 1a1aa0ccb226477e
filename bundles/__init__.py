"""Bundles that ship with the package: trained models with all that they need."""
