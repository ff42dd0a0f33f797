"""What a site brings along that ran plain django-oauth-toolkit, whose own classes write the rows adopted here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oauth2_provider import models as toolkit
from rest_framework.test import APIClient

from clients import querysets_former, values
from clients.events import Act
from clients.models import Client, Event
from clients.rules import administration
from clients.rules.adoption import Adoption
from tests.factories import REDIRECT_URI, ClientFactory, UserFactory
from tests.sessions import ME
from tokens.models import AccessToken, RefreshToken, TokenFamily
from tokens.rules import revocation

pytestmark = pytest.mark.django_db
SECRET = "a secret of the years before"
TABLES = (toolkit.Application, toolkit.AccessToken, toolkit.RefreshToken)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module", autouse=True)
def _former_tables(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The toolkit's tables as its models describe them, but for the constraints, which would name our tables now."""
    with django_db_blocker.unblock():
        for model in TABLES:
            for field in model._meta.concrete_fields:
                if field.is_relation:
                    field.db_constraint = False
        with connection.schema_editor() as editor:
            for model in TABLES:
                editor.create_model(model)
        yield
        with connection.schema_editor() as editor:
            for model in TABLES:
                editor.delete_model(model)


def written(row: Any, **columns: Any) -> Any:
    """The row, written as the toolkit writes it; then these columns, which it writes by itself."""
    row.save()
    type(row)._base_manager.filter(pk=row.pk).update(**columns)
    return row


def application(**columns: Any) -> Any:
    given = {
        "name": "Former",
        "client_type": "confidential",
        "authorization_grant_type": "authorization-code",
        "client_secret": SECRET,
        "redirect_uris": REDIRECT_URI,
    }
    return written(toolkit.Application(**given | columns))


class Tokens:
    """What the toolkit gave out together: the values, and the rows."""

    def __init__(self, app: Any = None, user: Any = None, *, ends_in: timedelta = HOUR, **more: Any) -> None:
        self.application, self.user = app or application(), user or UserFactory()
        name = toolkit.AccessToken._base_manager.count()
        self.access_token, self.refresh_token = f"access-{name}", f"refresh-{name}"
        created = more.pop("created", timezone.now() - timedelta(minutes=5))
        owned = {"user_id": self.user.pk, "application_id": self.application.pk}
        access = {"expires": timezone.now() + ends_in, "scope": more.pop("scope", "read write")}
        self.access = self._given(toolkit.AccessToken(**access, **owned), self.access_token, created)
        partner = toolkit.RefreshToken(access_token_id=self.access.pk, **owned | more)
        self.refresh = self._given(partner, self.refresh_token, created)

    @staticmethod
    def _given(row: Any, value: str, created: Any) -> Any:
        toolkit.set_token_value(row, value)  # in clear or not, as the setting says
        return written(row, created=created)

    def without_refresh(self) -> Tokens:
        self.refresh.delete()
        return self


def adopt(*words: str, **more: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("oauth_adopt", "--json", *words, stdout=out, stderr=StringIO(), **more)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def works(value: str) -> bool:
    return bool(APIClient().get(ME, HTTP_AUTHORIZATION=f"Bearer {value}").status_code == 200)


def ask(app: Any, secret: str | None = SECRET, **fields: str) -> Any:
    sent = {"client_id": app.client_id, **({"client_secret": secret} if secret else {}), **fields}
    return APIClient().post("/oauth/token", sent)


def refresh(tokens: Tokens, value: str | None = None) -> Any:
    return ask(tokens.application, grant_type="refresh_token", refresh_token=value or tokens.refresh_token)


def tables() -> dict[str, list[Any]]:
    """Everything, here and there."""
    rows = [model._base_manager.order_by("pk").values() for model in (Client, TokenFamily, AccessToken, RefreshToken)]
    former = [model._base_manager.order_by("pk").values() for model in TABLES]
    return {row.model._meta.db_table: [*row] for row in [*rows, *former, Event.objects.order_by("pk").values()]}


# ---------------------------------------------------------------- clients


@pytest.mark.parametrize("is_hashed", [True, False])
def test_a_secret_goes_on_working_and_is_stored_as_ours_by_then(is_hashed: bool) -> None:
    app = application(hash_client_secret=is_hashed, authorization_grant_type="client-credentials", redirect_uris="")
    assert app.client_secret.startswith("md5$" if is_hashed else SECRET)
    assert adopt()["clients"] == 1
    assert ask(app, grant_type="client_credentials").status_code == 200
    assert ask(app, "another", grant_type="client_credentials").status_code == 401
    client = Client.objects.get()
    assert (client.client_id, client.client_secret) == (app.client_id, values.store(SECRET))


def test_a_secret_in_clear_is_never_taken_for_a_hash() -> None:
    application(hash_client_secret=False, client_secret="sha256$or something else that looks like one")
    application(hash_client_secret=False, client_secret="")
    adopt()
    assert [row.client_secret for row in Client.objects.order_by("pk")] == [
        values.store("sha256$or something else that looks like one"),
        "",
    ]


def test_a_public_client_has_no_secret() -> None:
    tokens = Tokens(application(client_type="public"))
    adopt()
    assert Client.objects.get().client_secret == ""
    sent = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    assert ask(tokens.application, None, **sent).status_code == 200


@pytest.mark.parametrize(
    ("grant", "grant_types", "columns"),
    [
        ("authorization-code", "authorization_code refresh_token", {}),
        ("openid-hybrid", "authorization_code refresh_token", {}),
        ("client-credentials", "client_credentials", {}),
        (Client.GRANT_DEVICE_CODE, f"{Client.GRANT_DEVICE_CODE} refresh_token", {}),
        ("password", "refresh_token", {"password_grant_secret": ""}),
        ("implicit", "", {"implicit_allowed": True}),
        ("of-tomorrow", "", {}),
    ],
)
def test_what_a_client_may_use_is_what_it_used(grant: str, grant_types: str, columns: dict[str, Any]) -> None:
    ada = UserFactory()
    application(authorization_grant_type=grant, user_id=ada.pk)
    adopt()
    client = Client.objects.get()
    expected = {"implicit_allowed": False, "grant_types": grant_types, "audience": "everyone", "own_use_of": None}
    assert {name: getattr(client, name) for name in expected | columns} == expected | columns
    assert (client.user, client.scopes) == (ada, "read write")


@pytest.mark.parametrize(
    ("columns", "note"),
    [
        ({"skip_authorization": True}, "asks people for consent, which it skipped before"),
        ({"authorization_grant_type": "password"}, "an administrator has to allow the password flow, and it needs an"),
        ({"authorization_grant_type": "implicit"}, "may not use the implicit flow without an owner"),
        ({"authorization_grant_type": "openid-hybrid"}, "gets no ID tokens"),
        ({"algorithm": "RS256"}, "gets no ID tokens"),
        ({"authorization_grant_type": "client-credentials", "client_type": "public"}, "gets no app tokens, since it"),
        ({"authorization_grant_type": "of-tomorrow"}, "uses a grant type that is not known here"),
        ({"name": "  "}, "called 'Application {pk}', since its name can't be blank"),
        (
            {"redirect_uris": f"{REDIRECT_URI} http://*.example/cb"},
            "redirect URI 'http://*.example/cb' left out: it must",
        ),
    ],
)
def test_what_does_not_go_on_as_it_was_is_said(columns: dict[str, Any], note: str) -> None:
    app = application(**columns)
    (said,) = adopt()["notes"]
    assert said.startswith(f"{app.client_id}: {note.format(pk=app.pk)}")
    assert Client.objects.get().redirect_uris == REDIRECT_URI


def test_a_client_that_could_not_be_authorized_is_left_out_with_its_tokens() -> None:
    tokens = Tokens(application(redirect_uris="javascript:alert(1)"))
    found = adopt()
    assert (found["clients_left_out"], found["tokens_without_client"]) == (1, 2)
    assert "left out, since it has no redirect URI" in found["notes"][1]
    assert not works(tokens.access_token)


def test_a_client_that_is_here_already_stays_as_it_is() -> None:
    tokens = Tokens()
    client = ClientFactory(client_id=tokens.application.client_id, name="Ours")
    found = adopt()
    assert (found["clients"], found["clients_known"]) == (0, 1)
    assert Client.objects.get().name == "Ours"
    assert TokenFamily.objects.get().client == client


def test_a_client_that_registered_itself_is_known_as_such() -> None:
    application(registration_source="dcr")
    application(registration_source="cimd")
    adopt()
    assert [row.registration_source for row in Client.objects.order_by("pk")] == ["dcr", "manual"]


def test_who_has_more_than_the_rule_would_allow_is_told() -> None:
    ada, bob = UserFactory(username="ada"), UserFactory(username="bob")
    for owner in (ada, ada, bob, None):
        application(user_id=owner and owner.pk)
    assert adopt()["owners_of_several"] == {"ada": 2}
    assert not Client.objects.restricted_to_owner().exists()


def test_scopes_that_nobody_knows_here_are_told_and_restricted_ones_need_an_owner(settings: Any) -> None:
    settings.OAUTH2_PROVIDER = {**settings.OAUTH2_PROVIDER, "SCOPES": {"read": "", "old:things": "", "admin:read": ""}}
    Tokens(scope="read old:things", app=application(user_id=UserFactory().pk))
    application()
    assert adopt()["scopes_lost"] == {"old:things": 1}
    assert [row.scopes for row in Client.objects.order_by("pk")] == ["read admin:read", "read"]


def test_the_scopes_of_clients_may_be_said() -> None:
    Tokens(scope="read write")
    assert adopt("--scope", "read")["scopes_lost"] == {"write": 1}
    assert Client.objects.get().scopes == "read"
    with pytest.raises(CommandError):
        adopt("--scope", '"')


# ---------------------------------------------------------------- tokens


@pytest.mark.parametrize("is_redacted", [True, False])
def test_an_access_and_a_refresh_token_go_on_working(is_redacted: bool, settings: Any) -> None:
    settings.OAUTH2_PROVIDER = {**settings.OAUTH2_PROVIDER, "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": is_redacted}
    tokens = Tokens()
    assert bool(tokens.access.token) is not is_redacted
    found = adopt()
    assert (found["access_tokens"], found["refresh_tokens"]) == (1, 1)
    assert works(tokens.access_token)
    family = TokenFamily.objects.get()
    assert (family.user, family.grant_type, family.scope) == (tokens.user, "authorization_code", "read write")
    assert family.hint == ("" if is_redacted else f"…{tokens.access_token[-4:]}")
    answer = refresh(tokens)
    assert answer.status_code == 200
    assert works(answer.json()["access_token"])
    assert not works(tokens.access_token)


def test_a_refresh_token_that_is_used_again_ends_the_family() -> None:  # RFC 9700 §4.14.2
    tokens = Tokens()
    adopt()
    newest = refresh(tokens).json()["access_token"]
    assert refresh(tokens).status_code == 400
    assert not works(newest)


def test_a_refresh_token_outlives_its_access_token() -> None:
    tokens = Tokens(ends_in=-HOUR)
    found = adopt()
    assert (found["access_tokens"], found["refresh_tokens"], found["expired"]) == (0, 1, 1)
    assert not works(tokens.access_token)
    assert works(refresh(tokens).json()["access_token"])


def test_an_app_token_belongs_to_nobody() -> None:
    tokens = Tokens(application(authorization_grant_type="client-credentials")).without_refresh()
    toolkit.AccessToken._base_manager.update(user_id=None)
    adopt()
    assert works(tokens.access_token)
    family = TokenFamily.objects.get()
    assert (family.user, family.grant_type) == (None, "client_credentials")
    assert family.expires == AccessToken.objects.get().expires


def test_a_token_of_the_password_flow_waits_for_an_administrator() -> None:
    tokens = Tokens(application(authorization_grant_type="password", user_id=UserFactory().pk))
    adopt()
    assert not works(tokens.access_token)
    administration.allow_password_flow(Client.objects.all(), administration.Decision())
    assert works(tokens.access_token)


def dead(tokens: Tokens, how: str) -> None:
    """Ended before the adoption, in one of the ways the toolkit knows."""
    if how == "revoked":
        toolkit.RefreshToken._base_manager.update(revoked=timezone.now())
        toolkit.AccessToken._base_manager.all()._raw_delete(connection.alias)
    elif how == "orphaned":  # the toolkit's page of authorized tokens deletes the access token alone
        toolkit.RefreshToken._base_manager.update(access_token_id=None)
        toolkit.AccessToken._base_manager.all()._raw_delete(connection.alias)
    elif how == "another user's":
        toolkit.RefreshToken._base_manager.update(user_id=UserFactory().pk)
    else:
        toolkit.AccessToken._base_manager.update(expires=timezone.now() - timedelta(days=31))


@pytest.mark.parametrize("how", ["revoked", "orphaned", "another user's", "idle"])
def test_what_was_dead_before_stays_dead(how: str, settings: Any) -> None:
    settings.OAUTH2_PROVIDER = {**settings.OAUTH2_PROVIDER, "REFRESH_TOKEN_EXPIRE_SECONDS": 30 * 86_400}
    tokens = Tokens()
    toolkit.RefreshToken._base_manager.update(access_token_id=tokens.access.pk)
    dead(tokens, how)
    found = adopt()
    assert refresh(tokens).status_code == 400
    assert works(tokens.access_token) is (how == "another user's")
    assert (found["revoked"], found["orphaned"]) == (how == "revoked", how == "orphaned")
    assert not RefreshToken.objects.exists()


def test_a_refresh_token_older_than_this_site_lets_one_become_stays_behind(settings: Any) -> None:
    tokens = Tokens(created=timezone.now() - timedelta(days=366))
    assert adopt()["refresh_tokens"] == 0
    assert works(tokens.access_token)
    assert TokenFamily.objects.get().expires == AccessToken.objects.get().expires


def test_it_may_become_as_old_as_it_likes_where_the_site_says_so(settings: Any) -> None:
    settings.OAUTHSITE = {
        **settings.OAUTHSITE,
        "REFRESH_TOKEN_ABSOLUTE_LIFETIME": None,
        "REFRESH_TOKEN_IDLE_LIFETIME": None,
    }
    tokens = Tokens(created=timezone.now() - timedelta(days=366))
    adopt()
    assert TokenFamily.objects.get().expires is None
    assert works(refresh(tokens).json()["access_token"])


def test_families_stand_in_the_order_of_time() -> None:
    old, new = Tokens(created=timezone.now() - timedelta(days=9)), Tokens()
    adopt()
    assert [family.user for family in TokenFamily.objects.newest_first()] == [new.user, old.user]


def test_two_rows_of_one_value_become_one() -> None:
    Tokens()
    twin = Tokens()
    toolkit.RefreshToken._base_manager.update(token_checksum=values.digest(twin.refresh_token))
    found = adopt()
    assert (found["refresh_tokens"], found["tokens_known"]) == (1, 2)


# ---------------------------------------------------------------- runs


def test_a_second_run_changes_nothing() -> None:
    Tokens()
    Tokens(ends_in=-HOUR)
    adopt()
    before = tables()
    assert {name: count for name, count in adopt().items() if count} == {}
    assert tables() == before
    assert len(before["oauth_clients_event"]) == 1


def test_what_was_revoked_or_deleted_since_does_not_come_back() -> None:
    kept, gone = Tokens(), Tokens()
    adopt()
    revocation.revoke(TokenFamily.objects.all(), revocation.Reason())
    TokenFamily.objects.all().delete()
    Client.objects.filter(client_id=gone.application.client_id).delete()
    adopt()
    assert not works(kept.access_token)
    assert Client.objects.count() == 1


def test_a_later_run_takes_what_came_since() -> None:
    Tokens()
    adopt()
    tokens = Tokens(Tokens().application)
    found = adopt()
    assert (found["clients"], found["access_tokens"]) == (1, 2)
    assert works(tokens.access_token)


def test_a_run_that_is_killed_is_begun_again_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    all_tokens = [Tokens() for _ in range(5)]

    def die(run: Adoption, page: list[Any]) -> None:
        if type(page[-1]).__name__ == "accesstoken" and run.counts["access_tokens"] > 2:
            raise KeyboardInterrupt
        note(run, page)

    note = Adoption.note
    with monkeypatch.context() as patched:
        patched.setattr(Adoption, "note", die)
        with pytest.raises(KeyboardInterrupt):
            adopt("--batch-size", "2")
    assert AccessToken.objects.count() == 2
    found = adopt("--batch-size", "2")
    assert (found["clients"], found["access_tokens"]) == (0, 3)
    assert all(works(tokens.access_token) for tokens in all_tokens)
    assert Event.objects.of_act(Act.ADOPTED).count() == 2


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    Tokens()
    Tokens(ends_in=-HOUR)
    Tokens(application(redirect_uris="data:x"))
    application(skip_authorization=True)
    before = tables()
    found = adopt("--dry-run")
    assert tables() == before
    assert found == adopt()
    assert (found["clients"], found["access_tokens"], found["refresh_tokens"], found["expired"]) == (3, 1, 2, 1)


def test_a_dry_run_after_a_real_one_finds_nothing_more() -> None:
    Tokens()
    adopt()
    tokens = Tokens(app=toolkit.Application._base_manager.get())
    assert adopt("--dry-run")["access_tokens"] == 1
    assert not works(tokens.access_token)


def test_the_old_tables_stay_as_they_are() -> None:
    Tokens()
    before = tables()
    adopt()
    after = tables()
    assert [after[model._meta.db_table] for model in TABLES] == [before[model._meta.db_table] for model in TABLES]


def test_many_rows_are_as_many_statements_as_few() -> None:
    for _ in range(2):
        Tokens()
    with CaptureQueriesContext(connection) as few:
        adopt()
    for _ in range(20):  # SQLite has a limit of parameters: more clients would be two statements
        Tokens()
    with CaptureQueriesContext(connection) as many:
        assert adopt()["access_tokens"] == 20
    assert len(many) == len(few)


def test_the_history_has_one_event_for_it() -> None:
    tokens = [Tokens() for _ in range(3)]
    adopt("--batch-size", "1")
    event = Event.objects.get()
    assert event.act == Act.ADOPTED
    assert event.details["reached"]["accesstoken"] == tokens[-1].access.pk
    assert (event.count, event.details["clients"], event.details["access_tokens"]) == (9, 3, 3)


def test_people_read_a_line_for_each_batch_and_for_each_loss() -> None:
    app = application(skip_authorization=True, user_id=UserFactory(username="ada").pk)
    application(user_id=app.user_id)
    Tokens(app, scope="read old")
    out = StringIO()
    call_command("oauth_adopt", "--batch-size", "1", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[:4] == [
        "applications: 1 of 2",
        "applications: 2 of 2",
        "access tokens: 1 of 1",
        f"{app.client_id}: asks people for consent, which it skipped before",
    ]
    assert lines[-2:] == ["scopes lost            old (1)", "owners of several      ada (2)"]


def test_people_are_told_the_first_of_many() -> None:
    for number in range(22):
        owner = UserFactory(username=f"owner{number}")
        application(user_id=owner.pk)
        application(user_id=owner.pk)
    out = StringIO()
    call_command("oauth_adopt", stdout=out)
    assert out.getvalue().splitlines()[-1].endswith(", owner19 (2), and 2 more")


def test_without_the_old_tables_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(querysets_former, "PREFIX", "nowhere_")
    with pytest.raises(CommandError, match="no tables of plain django-oauth-toolkit"):
        adopt()
