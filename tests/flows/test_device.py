"""The device grant (RFC 8628)."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client as Browser
from django.utils import timezone
from rest_framework.test import APIClient

from clients.models import Client, Event
from tests.factories import SECRET, ClientFactory, UserFactory
from tests.sessions import ME
from tokens import signals
from tokens.models import DeviceGrant, TokenFamily
from tokens.origin import Origin
from tokens.rules import device, device_consent

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


class Device:
    """A device without a browser, and its user's browser."""

    def __init__(self, api: APIClient, *, client: Any = None, user: Any = None, **fields: str) -> None:
        self.api = api
        self.client = client or ClientFactory()
        self.user = user or UserFactory()
        self.browser = Browser()
        self.browser.force_login(self.user)
        self.answer = self.ask("/oauth/device_authorization", **fields)
        self.codes = self.answer.json()

    def ask(self, path: str, **fields: str) -> Any:
        secret = {} if self.client.is_public else {"client_secret": SECRET}
        sent = {"client_id": self.client.client_id, **secret, **fields}
        return self.api.post(path, urlencode(sent), content_type=FORM)

    def poll(self, **fields: str) -> Any:
        sent = {"grant_type": device.DEVICE, "device_code": self.codes["device_code"], **fields}
        return self.ask("/oauth/token", **sent)

    def error(self, **fields: str) -> str:
        answer = self.poll(**fields)
        assert answer.status_code == 400
        return str(answer.json()["error"])

    def type_in(self, code: str | None = None, **button: str) -> Any:
        return self.browser.post("/oauth/device", {"user_code": code or self.codes["user_code"], **button})


@pytest.fixture
def devices(api: APIClient) -> Callable[..., Device]:
    return lambda **more: Device(api, **more)


@pytest.fixture
def tv(devices: Callable[..., Device]) -> Device:
    return devices(scope="read", token_group="Living room")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@pytest.mark.rfc("8628", "3.2")
def test_a_device_gets_its_codes(tv: Device) -> None:
    assert tv.codes["verification_uri"] == "http://testserver/oauth/device"
    assert tv.codes["verification_uri_complete"].endswith(f"?user_code={tv.codes['user_code']}")
    assert (tv.codes["expires_in"], tv.codes["interval"]) == (900, 5)
    assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", tv.codes["user_code"])
    assert tv.answer["Cache-Control"] == "no-store"


def test_neither_code_is_stored(tv: Device) -> None:  # T18
    row = str(DeviceGrant.objects.values().get())
    assert tv.codes["device_code"] not in row
    assert tv.codes["user_code"].replace("-", "") not in row


@pytest.mark.rfc("8628", "3.5")
def test_once_the_user_allowed_it_the_device_gets_a_token(tv: Device) -> None:
    assert tv.error() == "authorization_pending"
    page = tv.type_in(allow="1")
    assert page.status_code == 200
    token = tv.poll().json()
    assert token["scope"] == "read"
    assert tv.api.get(ME, HTTP_AUTHORIZATION=f"Bearer {token['access_token']}").status_code == 200
    family = TokenFamily.objects.get()
    assert (family.user, family.token_group, family.ip_address) == (tv.user, "Living room", "127.0.0.1")
    assert Event.objects.filter(act="consent_given", subject=tv.user).count() == 1


@pytest.mark.rfc("8628", "3.5")
def test_a_device_code_works_once(tv: Device) -> None:  # P8
    tv.type_in(allow="1")
    token = tv.poll().json()["access_token"]
    assert tv.error() == "invalid_grant"
    assert tv.api.get(ME, HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 200


def test_a_duplicate_that_looked_before_the_first_one_committed_gets_nothing(tv: Device) -> None:  # P8, K5
    tv.type_in(allow="1")
    looked = device.poll(client=tv.client, device_code=tv.codes["device_code"])
    assert tv.poll().status_code == 200
    with pytest.raises(device.InvalidGrant):
        device.redeem(looked)


@pytest.mark.rfc("8628", "3.5")
def test_what_the_user_denied_is_denied(tv: Device) -> None:
    assert b"was not let in" in tv.type_in(deny="1").content
    assert tv.error() == "access_denied"
    assert TokenFamily.objects.count() == 0
    assert Event.objects.filter(act="consent_denied").count() == 1


@pytest.mark.rfc("8628", "3.4")
def test_another_client_cannot_use_the_code(tv: Device) -> None:  # P8
    tv.type_in(allow="1")
    assert tv.error(client_id=ClientFactory().client_id) == "invalid_grant"
    assert tv.poll().status_code == 200


@pytest.mark.rfc("8628", "3.4")
def test_a_client_with_a_secret_has_to_prove_itself(tv: Device) -> None:  # P8
    tv.type_in(allow="1")
    assert tv.poll(client_secret="wrong").status_code == 401


@pytest.mark.rfc("8628", "3.5")
def test_a_code_ends_with_its_time(devices: Callable[..., Device], clock: Any) -> None:  # P8
    allowed, pending = devices(), devices()
    allowed.type_in(allow="1")
    clock.shift(899)
    assert pending.error() == "authorization_pending"
    clock.shift(1)
    assert allowed.error() == "expired_token"
    assert pending.error() == "expired_token"
    assert pending.type_in().status_code == 400


@pytest.mark.rfc("8628", "3.5")
def test_who_polls_too_often_is_slowed_down_for_good(tv: Device, clock: Any) -> None:  # P10
    assert tv.error() == "authorization_pending"
    clock.shift(4)
    assert tv.error() == "slow_down"
    clock.shift(6)
    assert tv.error() == "slow_down"  # the interval is 10 seconds now
    clock.shift(15)
    assert tv.error() == "authorization_pending"  # and 15 after the second time
    assert DeviceGrant.objects.get().interval == 15


@pytest.mark.rfc("8628", "3.1")
@pytest.mark.parametrize(
    ("client", "fields", "error"),
    [
        ({"suspended": True}, {}, "unauthorized_client"),
        ({"grant_types": "authorization_code"}, {}, "unauthorized_client"),
        ({}, {"scope": "admin:read"}, "invalid_scope"),
        ({}, {"token_group": "x" * 65}, "invalid_request"),
        ({}, {"resource": "https://api.example/#x"}, "invalid_target"),
    ],
)
def test_what_cannot_begin(devices: Callable[..., Device], client: Any, fields: Any, error: str) -> None:
    answer = devices(client=ClientFactory(**client), **fields).answer
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert DeviceGrant.objects.count() == 0


def test_a_public_client_names_itself(devices: Callable[..., Device]) -> None:
    phone = devices(client=ClientFactory(public=True))
    phone.type_in(allow="1")
    assert phone.poll().status_code == 200


@pytest.mark.rfc("8707", "2.2")
def test_the_token_is_bound_to_the_resource_that_was_asked_for(devices: Callable[..., Device]) -> None:
    tv = devices(resource="https://api.example/")
    tv.type_in(allow="1")
    assert tv.error(resource="https://other.example/") == "invalid_target"
    assert tv.poll().status_code == 200
    assert TokenFamily.objects.get().resource == ["https://api.example/"]


def test_a_device_may_hold_a_refresh_token(devices: Callable[..., Device]) -> None:
    tv = devices(scope="read offline_access")
    tv.type_in(allow="1")
    assert "refresh_token" in tv.poll(token_group="Kitchen").json()
    assert TokenFamily.objects.get().token_group == "Kitchen"


def test_scope_means_nothing_when_polling(tv: Device) -> None:
    tv.type_in(allow="1")
    assert tv.poll(scope="bogus").json()["scope"] == "read"


@pytest.mark.rfc("8628", "3.4")
def test_the_device_code_is_required(tv: Device) -> None:
    assert tv.ask("/oauth/token", grant_type=device.DEVICE).json()["error"] == "invalid_request"
    assert tv.error(device_code="unknown") == "invalid_grant"


@pytest.mark.parametrize("spelling", ["{0}", "{0[0]}{0[1]}{0[2]}{0[3]} {1}", "{2}"])
def test_how_the_code_is_typed_does_not_matter(tv: Device, spelling: str) -> None:  # P10
    code = tv.codes["user_code"]
    typed = spelling.format(code, code[5:].lower(), code.replace("-", "").lower())
    page = tv.type_in(typed).content.decode()
    assert "Allow" in page
    assert f"<code>{code}</code>" in page  # as the device shows it


@pytest.mark.rfc("8628", "5.1")
def test_the_sixth_wrong_code_is_not_even_looked_up(tv: Device) -> None:  # P10
    assert [tv.type_in("WRNG-CDXX").status_code for _ in range(6)] == [400] * 5 + [429]
    assert tv.type_in().status_code == 429
    other = Device(tv.api)
    assert other.type_in().status_code == 200


@pytest.mark.rfc("8628", "5.1")
def test_many_users_of_one_address_share_a_limit(tv: Device, settings: Any) -> None:  # P10
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATES": {"user_code_address": "2/10m"}}
    for _ in range(2):
        assert Device(tv.api).type_in("WRNG-CDXX").status_code == 400
    assert Device(tv.api).type_in("WRNG-CDXX").status_code == 429


def test_right_codes_are_not_counted(tv: Device) -> None:  # P10
    assert [tv.type_in().status_code for _ in range(8)] == [200] * 8


def test_expired_and_unknown_codes_look_the_same(tv: Device) -> None:  # P10
    unknown = tv.type_in("WRNGWRNG")
    DeviceGrant.objects.update(expires=timezone.now() - timedelta(seconds=1))
    expired = tv.type_in("WRNGWRNG")
    assert (unknown.status_code, unknown.context["problem"]) == (expired.status_code, expired.context["problem"])


def test_a_user_code_that_is_taken_is_not_given_twice(tv: Device) -> None:  # P10
    taken = tv.codes["user_code"].replace("-", "")
    with patch("tokens.rules.device.new_user_code", side_effect=[taken, taken, "BBBBCCCC"]):
        assert Device(tv.api).codes["user_code"] == "BBBB-CCCC"
    with patch("tokens.rules.device.new_user_code", return_value=taken), pytest.raises(IntegrityError):
        device.begin(client=tv.client, scope="read")


@pytest.mark.rfc("8628", "3.3.1")
def test_a_link_with_the_code_decides_nothing(tv: Device) -> None:  # P11
    page = tv.browser.get(tv.codes["verification_uri_complete"])
    assert f'value="{tv.codes["user_code"]}"' in page.content.decode()
    assert DeviceGrant.objects.get().status == DeviceGrant.AUTHORIZATION_PENDING


@pytest.mark.rfc("8628", "5.4")
def test_the_page_names_client_scopes_code_and_user(tv: Device) -> None:  # P11
    page = tv.type_in().content.decode()
    assert tv.client.name in page
    assert tv.codes["user_code"] in page
    assert "See everything in your account" in page
    assert "if you hold the device" in page
    assert tv.user.username in page
    assert 'href="https://app.example"' in page
    again = f"next=%2Foauth%2Fdevice%3Fuser_code%3D{tv.codes['user_code']}"  # as somebody else
    assert f"/accounts/login/?{again}" in page
    assert DeviceGrant.objects.get().status == DeviceGrant.AUTHORIZATION_PENDING


@pytest.mark.parametrize(
    ("grants", "words"), [("", "Until you take it back."), (" refresh_token", "90 days, or until you take it back.")]
)
def test_the_page_says_who_made_it_and_how_long_it_lasts(grants: str, words: str, devices: Any) -> None:
    client = ClientFactory(user=UserFactory(username="grace"), grant_types=f"{device.DEVICE}{grants}")
    page = devices(client=client).type_in().content.decode()
    assert "Made by <bdi>grace</bdi>" in page
    assert words in page
    assert 'href="/dev/tokens"' in page


def test_the_page_shows_its_address_as_an_image(tv: Device) -> None:
    assert 'src="data:image/svg+xml' in tv.browser.get("/oauth/device").content.decode()
    assert "data:image" not in tv.browser.get("/oauth/device", {"x": "y" * 600}).content.decode()


def test_the_page_is_for_people_who_are_signed_in(tv: Device) -> None:
    answer = Browser().get(tv.codes["verification_uri_complete"])
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/oauth/device%3Fuser_code%3D")


def test_a_forged_decision_is_refused(tv: Device) -> None:  # F4
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(tv.user)
    assert browser.post("/oauth/device", {"user_code": tv.codes["user_code"], "allow": "1"}).status_code == 403
    assert tv.error() == "authorization_pending"


def test_an_own_use_client_is_allowed_by_its_owner_only(devices: Callable[..., Device]) -> None:  # P11, A6
    owner = UserFactory()
    client = ClientFactory(owner_only=True, user=owner)
    stranger = devices(client=client)
    for button in ({}, {"allow": "1"}, {"deny": "1"}):
        page = stranger.type_in(**button)
        assert (page.status_code, b'name="allow"' in page.content) == (400, False)
        assert b"Only the owner of this client may authorize it." in page.content
    assert stranger.error() == "authorization_pending"
    own = devices(client=client, user=owner)
    own.type_in(allow="1")
    assert own.poll().status_code == 200


def test_a_client_suspended_meanwhile_gets_nothing(tv: Device) -> None:  # T6
    tv.type_in(allow="1")
    Client.objects.update(status="suspended")
    assert tv.error() == "unauthorized_client"


def test_a_client_suspended_before_the_decision_is_not_let_in(tv: Device) -> None:  # T6
    Client.objects.update(status="suspended")
    assert tv.type_in(allow="1").status_code == 400
    assert TokenFamily.objects.count() == 0


def test_a_user_disabled_meanwhile_gives_nothing(tv: Device) -> None:  # T5
    tv.type_in(allow="1")
    tv.user.is_active = False
    tv.user.save()
    assert tv.error() == "invalid_grant"


def test_a_client_now_for_its_owner_only_gets_nothing(tv: Device) -> None:  # A6
    tv.type_in(allow="1")
    Client.objects.update(audience="owner")
    assert tv.error() == "invalid_grant"
    assert not TokenFamily.objects.issued().exists()


def test_an_approval_revoked_before_the_device_polls_gives_nothing(tv: Device) -> None:  # T19
    tv.type_in(allow="1")
    TokenFamily.objects.update(revoked_at=timezone.now())
    assert tv.error() == "invalid_grant"


def test_the_first_decision_counts(tv: Device) -> None:  # K5
    seen = device_consent.find_pending(tv.codes["user_code"])
    device_consent.deny(seen, user=tv.user, origin=Origin())
    with pytest.raises(device_consent.UnknownUserCode):
        device_consent.allow(seen, user=tv.user, origin=Origin())
    assert TokenFamily.objects.count() == 0
    assert tv.error() == "access_denied"


@pytest.mark.rfc("8628", "3.1")
def test_only_post_begins(api: APIClient) -> None:  # H4
    assert api.get("/oauth/device_authorization").status_code == 405


def test_beginnings_are_limited(tv: Device, settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATES": {"device": "1/1h"}}
    assert [Device(tv.api).answer.status_code for _ in range(3)][-1] == 429


@pytest.mark.parametrize("button", ["allow", "deny"])
def test_the_signals_hear_of_it_and_who_allowed_gets_a_letter(
    tv: Device, button: str, django_capture_on_commit_callbacks: Any, mailoutbox: list[Any]
) -> None:
    heard = []

    def listen(signal: Any, **more: Any) -> None:
        heard.append((signal, more["user"]))

    signals.consent_given.connect(listen)
    signals.consent_denied.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        tv.type_in(**{button: "1"})
    assert heard == [(signals.consent_given if button == "allow" else signals.consent_denied, tv.user)]
    assert [letter.to for letter in mailoutbox] == ([[tv.user.email]] if button == "allow" else [])
