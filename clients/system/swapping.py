"""The six settings by which a project swaps django-oauth-toolkit's models for ours.

The toolkit reads them when its models are imported. A project that forgot one would drown in
unrelated model errors, so the missing ones are supplied for this process and one system check
(`oauth_clients.E001`) stops it with the lines to paste.
"""

from django.conf import settings

MODELS = {
    "OAUTH2_PROVIDER_APPLICATION_MODEL": "oauth_clients.Client",
    "OAUTH2_PROVIDER_GRANT_MODEL": "oauth_tokens.Grant",
    "OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL": "oauth_tokens.AccessToken",
    "OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL": "oauth_tokens.RefreshToken",
    "OAUTH2_PROVIDER_ID_TOKEN_MODEL": "oauth_tokens.IDToken",
    "OAUTH2_PROVIDER_DEVICE_GRANT_MODEL": "oauth_tokens.DeviceGrant",
}

missing: list[str] = []


def supply_missing() -> None:
    """Set what the project left out, and remember its names in `missing`."""
    missing[:] = [name for name in MODELS if not hasattr(settings, name)] or missing
    for name in missing:
        setattr(settings, name, MODELS[name])


def lines_to_paste() -> str:
    """The six settings as Python source."""
    return "\n".join(f'{name} = "{model}"' for name, model in MODELS.items())
