"""How tokens come into being, are believed, and end: typed functions without request or response."""
