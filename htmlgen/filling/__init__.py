"""LAYOUTS → PAGES: holes in HTML that stands already, what is around them, and what is written into them."""
