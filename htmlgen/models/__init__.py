"""IDS → LOGITS: layers, the generator, its training and its export. The only room that imports keras."""
