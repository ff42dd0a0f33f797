"""Fields and migration operations of our own."""
