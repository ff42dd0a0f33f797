"""What the other tests start from is what they believe it is."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from clients.models import Client
from tests.factories import PASSWORD, SECRET, ClientFactory, FamilyFactory, UserFactory
from tokens.rules.verification import verify, verify_client

pytestmark = pytest.mark.django_db


def test_a_client_is_proven_by_the_known_secret() -> None:
    client = ClientFactory()
    assert verify_client(client_id=client.client_id, secret=SECRET) == client
    assert client.audience == Client.Audience.EVERYONE


def test_a_public_client_has_no_secret() -> None:
    client = ClientFactory(public=True)
    assert verify_client(client_id=client.client_id, secret=None).is_public


def test_an_owner_only_client_is_its_owners_one_client() -> None:
    ada = UserFactory(username="ada")
    client = ClientFactory(owner_only=True, user=ada)
    assert ada.own_use_client == client
    assert client.may_be_authorized_by(ada)
    assert not client.may_be_authorized_by(UserFactory())


def test_a_person_logs_in_with_the_password() -> None:
    assert UserFactory().check_password(PASSWORD)


def test_a_family_comes_with_the_value_of_its_token() -> None:
    family, value = FamilyFactory(user=UserFactory(), token_group="phone")
    assert verify(value).family_id == family.pk
    assert family.grant_type == "authorization_code"


def test_fixtures_issue_tokens_that_work(
    api: APIClient,
    bearer: Callable[[str], dict[str, str]],
    user_token: Callable[..., str],
    app_token: Callable[..., str],
) -> None:
    for token in (user_token(UserFactory(), "read write"), app_token(), app_token(ClientFactory(), "profile")):
        assert api.get("/api/v1/apps/verify_credentials", **bearer(token)).status_code == 200
