"""EVENTS → EVENTS: other words, harmless targets, pictures that are there, a style sheet. What is valid stays valid."""
