"""Clients and events in the Django admin, in place of the toolkit's page."""

import oauth2_provider.admin  # noqa: F401  (it registers its page on import, so that we can replace it)
from django.contrib import admin
from oauth2_provider.models import get_application_model

from clients.admin.events import EventAdmin
from clients.admin.registered import ClientAdmin
from clients.models import Event

admin.site.unregister(get_application_model())
admin.site.register(get_application_model(), ClientAdmin)
admin.site.register(Event, EventAdmin)
