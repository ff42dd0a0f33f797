"""What other code may listen to. Sent with `send_robust` after the transaction committed."""

from django.dispatch import Signal

tokens_revoked = Signal()  # count, actor (a user or None), act (clients.events.Act)
consent_given = Signal()  # family, client, user
consent_denied = Signal()  # client, user
