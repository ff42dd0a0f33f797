"""What may happen to a client: typed functions without request or response, which return a value or raise."""
