"""EVENTS ⇄ IDS: the vocabulary, the tokenizer, and how both are learned. The only room that imports sentencepiece."""
