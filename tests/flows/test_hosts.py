"""Hosts that are not the reference site: other users, other clocks, and a place other than the root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client as Browser
from django.test.utils import override_script_prefix
from django.urls import include, path
from rest_framework.test import APIClient

from clients import people, signals
from clients.admin import words
from clients.border import issuer, pnut
from clients.local_time import local, today
from clients.rules import administration, usage
from clients.rules.administration import Decision
from clients.templatetags.oauth_pages import moment, token_endpoint
from tests.factories import ClientFactory, FamilyFactory, UserFactory
from tests.sessions import Session
from tests.visiting import Visitor
from tokens import letters
from tokens.protocol import metadata
from tokens.querysets import accounts_of

pytestmark = pytest.mark.django_db
ADDRESS = "ada@example.org"


class Bare:
    """A user of a model with nothing but what Django's authentication asks for."""

    pk = 7
    get_email_field_name = staticmethod(lambda: "email")
    get_username = staticmethod(lambda: "bare")


@pytest.fixture
def _addresses_as_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host whose users log in by their e-mail address."""
    monkeypatch.setattr(get_user_model(), "EMAIL_FIELD", "username")


@pytest.fixture
def _no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that knows nobody's e-mail address."""
    monkeypatch.setattr(get_user_model(), "EMAIL_FIELD", "address")


# ---------------------------------------------------------------- other users


def test_of_a_user_little_is_asked() -> None:
    assert (people.full_name(Bare()), people.public_name(Bare())) == ("", "bare")
    assert not people.has_special_rights(Bare())
    assert people.has_special_rights(UserFactory(is_superuser=True))
    (shown,) = pnut.user_objects([Bare()], viewer=None, home="")
    assert shown == {"id": "7", "username": "bare", "name": "bare", "type": "human"}


@pytest.mark.usefixtures("_no_addresses")
def test_without_addresses_nobody_is_found_by_theirs(django_capture_on_commit_callbacks: Any) -> None:
    family = FamilyFactory(user=UserFactory(username=ADDRESS))[0]
    by_name, by_address = accounts_of(ADDRESS)
    assert (by_name.count(), by_address.count()) == (1, 0)
    with django_capture_on_commit_callbacks(execute=True):
        letters.tell_of_authorization(family=family, site="https://a.example")
    assert mail.outbox == []


@pytest.mark.usefixtures("_addresses_as_names")
def test_an_address_is_no_name_for_others() -> None:
    nobody, ada = UserFactory(username="n@example.org"), UserFactory(username=ADDRESS, first_name="Ada", last_name="L")
    assert people.public_name(ada) == "Ada L"
    assert people.public_name(nobody) == str(nobody.pk)


@pytest.mark.rfc("7662", "2.2")
@pytest.mark.usefixtures("_addresses_as_names")
@pytest.mark.parametrize(("introspects_all", "is_told"), [(False, False), (True, True)])
def test_introspection_keeps_it_from_a_client_that_nobody_let(
    session: Session, introspects_all: bool, is_told: bool
) -> None:
    session.client.introspects_all = introspects_all
    session.client.save()
    answer = session.introspect(session.pair["access_token"]).json()
    assert answer["active"] is True
    assert ("username" in answer) is is_told


@pytest.mark.usefixtures("_addresses_as_names")
def test_no_program_without_the_scope_reads_it(
    api: APIClient, bearer: Any, settings: Any, user_token: Callable[..., str]
) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "USERINFO": "", "USER_OBJECTS": "clients.border.pnut.user_objects"}
    token = user_token(UserFactory(username=ADDRESS), "read profile")
    for url in ("/oauth/userinfo", "/v1/token"):
        answer = api.get(url, **bearer(token))
        assert answer.status_code == 200
        assert ADDRESS not in answer.content.decode(), url
    assert api.get(f"/v1/users/@{ADDRESS}/clients", **bearer(token)).status_code == 404


@pytest.mark.usefixtures("_addresses_as_names")
def test_no_page_shows_it_to_others(django_assert_max_num_queries: Any) -> None:
    developer, ada = UserFactory(username="dev@example.org"), UserFactory(username=ADDRESS, first_name="Ada")
    client = ClientFactory(user=developer)
    page = Visitor(ada).ask(client).content.decode()
    assert f"<bdi>{developer.pk}</bdi>" in page
    assert "dev@example.org" not in page
    for _ in range(20):
        FamilyFactory(user=ada, client=client)
    visitor = Visitor(developer)
    with django_assert_max_num_queries(12):
        page = visitor.get(f"/dev/clients/{client.client_id}/tokens").content.decode()
    assert "<bdi>Ada" in page
    assert ADDRESS not in page


def test_who_has_no_password_is_told_how_to_prove_themselves() -> None:
    ada = UserFactory()
    path = f"/dev/clients/{ClientFactory(user=ada).client_id}/secret"
    with time_machine.travel(timedelta(hours=-1)):
        visitor = Visitor(ada)
    assert "You logged in a while ago" in visitor.get(path).content.decode()
    ada.set_unusable_password()
    ada.save()
    visitor = Visitor(ada)
    assert "Log out and in again" not in visitor.get(path).content.decode()
    with time_machine.travel(timedelta(hours=1)):
        assert "You have no password here. Log out and in again" in visitor.get(path).content.decode()


# ---------------------------------------------------------------- other clocks


def test_a_host_without_zones_is_told_the_time(settings: Any) -> None:
    settings.USE_TZ = False
    naive = datetime(2026, 11, 2, 9, 30)  # noqa: DTZ001  (as such a host has them)
    assert local(naive) == naive
    assert today() == datetime.now(UTC).date()
    assert "Nov. 2, 2026" in moment(naive)
    assert "9:30" in words.moment(naive)
    assert pnut.moment(naive) == "2026-11-02T09:30:00Z"


# ---------------------------------------------------------------- another place


class Below:
    urlpatterns = [path("auth/", include("clients.urls")), path("auth/", include("tokens.urls"))]


class Elsewhere:
    urlpatterns: list[Any] = []


@pytest.mark.rfc("9728", "5.1")
@pytest.mark.parametrize(
    ("urls", "name", "document"),
    [
        (Below, "https://a.example", "https://a.example/auth/.well-known/oauth-protected-resource"),
        (Below, "https://a.example/auth", "https://a.example/auth/.well-known/oauth-protected-resource"),
        (Elsewhere, "https://a.example", "https://a.example/.well-known/oauth-protected-resource"),
    ],
)
def test_the_challenge_leads_to_where_the_document_is(settings: Any, urls: Any, name: str, document: str) -> None:
    settings.ROOT_URLCONF = urls
    assert f'resource_metadata="{document}"' in issuer.challenge(name)


@pytest.mark.rfc("9728", "3.1")
def test_a_path_of_a_resource_stands_behind_the_origin() -> None:
    named = [metadata.protected_resource("https://a.example/auth", path)["resource"] for path in ("", "/auth", "/api")]
    assert named == ["https://a.example/auth", "https://a.example/auth", "https://a.example/api"]


def test_letters_and_snippets_name_the_place(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    settings.ROOT_URLCONF = Below
    family = FamilyFactory(user=UserFactory())[0]
    with django_capture_on_commit_callbacks(execute=True):
        letters.tell_of_authorization(family=family, site="https://a.example")
    assert "https://a.example/auth/dev/tokens?" in str(mail.outbox[0].body)
    assert token_endpoint("https://a.example/auth") == "https://a.example/auth/oauth/token"


@pytest.fixture
def _below(settings: Any) -> Iterator[None]:
    """A site that its server serves below a path."""
    settings.FORCE_SCRIPT_NAME = "/below"
    with override_script_prefix("/below/"):
        yield


@pytest.mark.usefixtures("_below")
def test_below_a_script_name_no_link_leaves_the_site() -> None:
    html = Visitor().get("/dev/").content.decode()
    assert 'class="brand" href="/below/"' in html
    assert 'href="/dev' not in html


def test_a_form_without_a_login_comes_back_to_the_frontpage_wherever_it_is(settings: Any) -> None:
    settings.ROOT_URLCONF = Below
    answer = Browser().post("/auth/dev/new")
    assert answer["Location"].endswith("?next=/auth/dev")


# ---------------------------------------------------------------- who listens


def test_a_receiver_may_answer_nothing() -> None:
    def listen(**_: Any) -> None:
        """An audit log of the host's."""

    owner, client = UserFactory(), ClientFactory()
    FamilyFactory(user=owner, client=client)
    for signal in (signals.usage_asked, signals.tokens_condemned):
        signal.connect(listen, weak=False)
        signal.receivers.insert(0, signal.receivers.pop())  # first, as of an app that stands before ours
    try:
        rows = type(client).objects.all()
        assert (usage.of_each(rows)[client.pk].tokens, usage.of_all(rows).tokens) == (1, 1)
        assert administration.condemn([client], Decision()) == 1
    finally:
        for signal in (signals.usage_asked, signals.tokens_condemned):
            signal.disconnect(listen)
