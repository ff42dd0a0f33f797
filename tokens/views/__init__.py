"""The pages on which users decide, and look after their tokens."""
