"""The tables that django-oauth-toolkit's own models left behind: read, never written.

No model of this project describes them, so models without migrations are made when they are asked for. They may come
of any release since 1.2: a column that is not there yet reads as an empty one does today.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.apps.registry import Apps
from django.contrib.auth import get_user_model
from django.db import connections, models, router
from django.db.models import Count
from oauth2_provider.models import get_application_model

PREFIX = "oauth2_provider_"
# Beside the keys of other rows, which are plain columns here: nothing follows them.
_COLUMNS: dict[str, dict[str, models.Field[Any, Any]]] = {
    "application": {
        "client_id": models.CharField(),
        "name": models.CharField(),
        "client_type": models.CharField(),
        "authorization_grant_type": models.CharField(),
        "client_secret": models.CharField(),
        "hash_client_secret": models.BooleanField(default=True),
        "redirect_uris": models.TextField(),
        "skip_authorization": models.BooleanField(),
        "algorithm": models.CharField(default=""),
        "registration_source": models.CharField(default=""),
    },
    "accesstoken": {
        "token": models.TextField(),
        "token_checksum": models.CharField(default=""),
        "application_id": models.BigIntegerField(),
        "expires": models.DateTimeField(),
        "scope": models.TextField(),
        "resource": models.JSONField(default=list),
    },
    "refreshtoken": {
        "token": models.TextField(),
        "token_checksum": models.CharField(default=""),
        "application_id": models.BigIntegerField(),
        "access_token_id": models.BigIntegerField(),
        "revoked": models.DateTimeField(),
    },
}


class FormerRows(models.QuerySet[Any]):
    """Rows of one of these tables."""

    def after(self, key: int) -> Self:
        """The next ones along the primary key."""
        return self.filter(pk__gt=key).order_by("pk")

    def keyed(self, keys: Collection[Any]) -> Self:
        """Those with these keys."""
        return self.filter(pk__in=keys)

    def usable_for(self, access_tokens: Collection[Any]) -> Self:
        """The refresh tokens, neither used nor revoked, that were given out together with these."""
        return self.filter(access_token_id__in=[row.pk for row in access_tokens], revoked__isnull=True)

    def revoked(self) -> Self:
        """The refresh tokens that were used, or revoked."""
        return self.filter(revoked__isnull=False)

    def orphaned(self) -> Self:
        """The refresh tokens whose access token was deleted: so the toolkit revokes, and 3.4 refuses them."""
        return self.filter(revoked__isnull=True, access_token_id__isnull=True)

    def owners_of_several(self) -> dict[str, int]:
        """Who has more than one application, by name, and how many."""
        user: Any = get_user_model()
        rows = self.filter(user_id__isnull=False).order_by("user_id").values_list("user_id").annotate(count=Count("pk"))
        several: dict[Any, int] = dict(rows.filter(count__gt=1))
        people = user._default_manager.in_bulk([*several])
        return {people[key].get_username(): count for key, count in several.items() if key in people}


def former(name: str) -> FormerRows | None:
    """The rows of a table; None without one."""
    alias = router.db_for_read(get_application_model())
    connection = connections[alias]
    with connection.cursor() as cursor:
        if PREFIX + name not in connection.introspection.table_names(cursor):
            return None
        present = {column.name for column in connection.introspection.get_table_description(cursor, PREFIX + name)}
    columns = {
        name: field.clone() if name in present else field.get_default() for name, field in _COLUMNS[name].items()
    }
    meta = {"app_label": "oauth2_provider", "apps": Apps(), "db_table": PREFIX + name, "managed": False}
    model: Any = type(
        name,
        (models.Model,),
        {
            **columns,
            "__module__": __name__,
            "Meta": type("Meta", (), meta),
            "id": models.BigAutoField(primary_key=True),
            "created": models.DateTimeField(),
            # The model itself, not its name, which this registry does not know: the key has the type that it has there.
            "user": models.ForeignKey(get_user_model(), on_delete=models.DO_NOTHING, null=True, related_name="+"),
            "objects": FormerRows.as_manager(),
        },
    )
    rows: FormerRows = model.objects.using(alias)
    return rows
