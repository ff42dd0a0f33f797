"""What a host's tests use: a token in one call, and views that believe it."""

import pytest
from django.test import RequestFactory

from tests.factories import ClientFactory, UserFactory
from tests.tokens.test_permissions import HostView
from tokens import testing
from tokens.models import TokenFamily
from tokens.permissions import AppToken, HasScope, UserToken

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("scope", "status"), [("read:follows", 200), ("read", 200), ("profile", 403)])
def test_a_user_token_has_the_scopes_that_were_named(rf: RequestFactory, scope: str, status: int) -> None:
    view = HostView.as_view(permission_classes=[UserToken, HasScope("read:follows")])
    assert view(rf.get("/", **testing.bearer(UserFactory(), scope))).status_code == status


def test_without_a_user_it_is_an_apps_own(rf: RequestFactory) -> None:
    view = HostView.as_view(permission_classes=[AppToken])
    assert view(rf.get("/", **testing.bearer())).data == {"user": None, "is_app": True}


def test_client_group_and_end_are_chosen() -> None:
    client = ClientFactory()
    assert testing.token(UserFactory(), "read,write", client=client, token_group="ci").startswith("oas_")
    family = TokenFamily.objects.get()
    assert (family.client, family.scope, family.token_group) == (client, "read write", "ci")
