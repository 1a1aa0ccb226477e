"""LOGITS + RULES → IDS: what may follow, and how it is drawn. NumPy only; the model is a function."""
