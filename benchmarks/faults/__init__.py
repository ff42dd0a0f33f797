"""What happens when things break: `make faults`, which writes docs/reliability.md.

A PostgreSQL cluster, a Redis and a gunicorn of its own, all in a temporary folder, none of them left
behind. Steady traffic runs against the reference site while something is taken away from it.
"""
