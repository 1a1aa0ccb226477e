"""Which findings of a page are kept: not those that a comment, a baseline or the settings take back."""
