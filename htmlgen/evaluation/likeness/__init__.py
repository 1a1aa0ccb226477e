"""Sets of pages: how like others they are, how varied, how new."""
