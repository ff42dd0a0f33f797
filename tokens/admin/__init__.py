"""Token families in the Django admin. The toolkit's pages for the same tables are taken out."""

import oauth2_provider.admin  # noqa: F401  (it registers its pages on import, so that we can remove them)
from django.contrib import admin
from oauth2_provider import models as toolkit

from tokens.admin.families import FamilyAdmin
from tokens.models import TokenFamily

for model in (
    toolkit.get_access_token_model(),
    toolkit.get_refresh_token_model(),
    toolkit.get_grant_model(),
    toolkit.get_id_token_model(),
):
    admin.site.unregister(model)
admin.site.register(TokenFamily, FamilyAdmin)
