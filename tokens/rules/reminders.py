"""Letters to owners whose own tokens are about to end, so that no script stops by surprise."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext

from clients import mail
from clients.border.issuer import address
from clients.conf import options
from tokens.models import TokenFamily
from tokens.rules.selfissue import SELF_ISSUED

if TYPE_CHECKING:
    from tokens.querysets import TokenFamilyQuerySet

NOTICE = timedelta(days=7)
MOST = 1_000  # letters in one run; the next one goes on


def remind_of_ends() -> int:
    """Write to the holder of each self-issued token that ends within a week, once; say how many letters left.

    Tokens that were made for a week or less are left out: their end is no news.
    """
    with translation.override(settings.LANGUAGE_CODE):  # whose language a command's is
        return sum(_remind(family) for family in list(_ending()[:MOST]))


def _ending() -> TokenFamilyQuerySet:
    return TokenFamily.objects.live().by_grant(SELF_ISSUED).ending_unannounced(NOTICE).with_client_and_user()


def _remind(family: TokenFamily) -> bool:
    """The letter for one token. Two runs at once write one."""
    email = mail.address_of(family.user)
    page = address((options().ISSUER or "").rstrip("/"), "oauth_tokens:self_issue", family.client.client_id)
    context = {"family": family, "site": options().SITE_NAME, "page": page}
    with transaction.atomic():
        if not TokenFamily.objects.only_this(family.pk).unannounced().update(reminded_at=timezone.now()):
            return False
        subject = gettext("Your token for %(client)s ends soon") % {"client": family.client}
        mail.send(email, subject, render_to_string("oauth_tokens/mail/ending.txt", context))
    return bool(email)
