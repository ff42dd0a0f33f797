"""What rows of families and tokens answer about themselves."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from clients import values
from tests.factories import AccessTokenFactory, FamilyFactory, UserFactory
from tests.sessions import Session
from tokens.models import AccessToken, RefreshToken, TokenFamily

pytestmark = pytest.mark.django_db


def test_a_token_without_an_end_never_ends() -> None:
    row, _ = AccessTokenFactory()
    assert row.expires is None
    assert not row.is_expired()


@time_machine.travel(1_800_000_000, tick=False)
def test_a_token_ends_on_the_second() -> None:
    row, _ = AccessTokenFactory(expires=timezone.now() + timedelta(seconds=1))
    assert not row.is_expired()
    with time_machine.travel(1_800_000_001, tick=False):
        assert row.is_expired()


def test_the_toolkits_question_is_answered_with_nesting() -> None:
    row, _ = AccessTokenFactory(scope="read write:statuses")
    assert row.allow_scopes(["read:accounts", "write:statuses"])
    assert row.allow_scopes(None)
    assert not row.allow_scopes(["write"])


def test_a_refresh_token_ends_too(session: Session) -> None:
    row = RefreshToken.objects.get()
    assert not row.is_expired()
    row.expires = timezone.now()
    assert row.is_expired()


def test_a_family_is_live_until_it_ends_or_is_revoked() -> None:
    family, _ = FamilyFactory(user=UserFactory(), scope="read write")
    assert family.is_live
    assert family.scope_names == ("read", "write")
    family.expires = timezone.now()
    assert not family.is_live
    family.expires, family.revoked_at = None, timezone.now()
    assert family.is_revoked
    assert not family.is_live
    assert not TokenFamily().is_live  # nothing came of it yet


def test_its_name_holds_no_value() -> None:  # A10
    family, value = FamilyFactory()
    assert str(family) == f"{values.mask(value)} #{family.pk}"
    assert value not in str(family)


def test_a_digest_stands_once() -> None:
    row, _ = AccessTokenFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessToken.objects.create(
            token_checksum=row.token_checksum, family=row.family, application_id=row.application_id, scope=""
        )
