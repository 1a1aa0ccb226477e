"""Pages of others, read, cleaned, and split by site."""
