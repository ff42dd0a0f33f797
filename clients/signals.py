"""What other code may listen to. Sent with `send_robust` after the transaction committed, if nothing else is said."""

from django.dispatch import Signal

client_created = Signal()  # client, actor (a user or None)
client_changed = Signal()  # client, actor, act (see clients.events.Act)

# Within the transaction of an act, so that what a receiver raises undoes it.
tokens_condemned = Signal()  # clients (a list), grant_type (or None: all), decision; receivers answer how many died
client_deleting = Signal()  # client, whose row is about to go
# Not about an act: whoever keeps tokens answers `clients.rules.usage`.
usage_asked = Signal()  # clients (a query), each (bool), and for all together grant_type and others_only
