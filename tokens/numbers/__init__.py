"""How much is used: the chart, the overview, the figures of a client."""
