"""PAGES → NUMBERS: what is wrong with a page, where, and how much. Shares no code with reader and writer, to be able to contradict them."""
