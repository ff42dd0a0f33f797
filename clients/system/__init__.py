"""What a host has set up, and what is wrong with it."""
