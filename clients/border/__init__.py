"""Between HTTP and the rules, for both apps: bodies, addresses, limits, and each answer in the dialect of its path."""
