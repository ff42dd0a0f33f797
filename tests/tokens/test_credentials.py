"""T15, T16: how a client proves itself, by one method and in constant time."""

import base64
import hmac
from typing import Any

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.test import APIClient

from clients.errors import InvalidClient, InvalidRequest
from tests.factories import SECRET, ClientFactory
from tokens.protocol import credentials as protocol_credentials
from tokens.protocol.credentials import Credentials, are_sent, credentials

PATH = "/oauth/token"
GRANT = {"grant_type": "client_credentials"}


def encoded(pair: str | bytes) -> str:
    return "Basic " + base64.b64encode(pair if isinstance(pair, bytes) else pair.encode()).decode()


def request(header: str | None) -> Request:
    return Request(RequestFactory().post(PATH, **({} if header is None else {"HTTP_AUTHORIZATION": header})))


@pytest.mark.rfc("6749", "2.3.1")
@pytest.mark.parametrize(
    ("header", "parameters", "claimed"),
    [
        (None, {"client_id": "a", "client_secret": "b"}, Credentials("a", "b", is_basic=False)),
        (None, {"client_id": "a"}, Credentials("a", None, is_basic=False)),
        ("Bearer x", {"client_id": "a"}, Credentials("a", None, is_basic=False)),
        (encoded("a:b"), {}, Credentials("a", "b", is_basic=True)),
        (encoded("a:b"), {"client_id": "a"}, Credentials("a", "b", is_basic=True)),
        (encoded("a:"), {}, Credentials("a", None, is_basic=True)),
        (encoded("a:b:c"), {}, Credentials("a", "b:c", is_basic=True)),
        (encoded("%61%3A:b%20+%2B"), {}, Credentials("a:", "b  +", is_basic=True)),
        (encoded("a:b").replace("Basic ", "basic   "), {}, Credentials("a", "b", is_basic=True)),
    ],
)
def test_what_a_request_claims(header: str | None, parameters: dict[str, str], claimed: Credentials) -> None:
    assert credentials(request(header), parameters) == claimed
    assert are_sent(request(header), parameters)


def test_a_request_may_claim_nothing() -> None:
    assert not are_sent(request("Bearer x"), {})
    with pytest.raises(InvalidClient):
        credentials(request("Bearer x"), {"client_secret": "b"})


@pytest.mark.rfc("6749", "2.3")
@pytest.mark.parametrize(
    "parameters", [{"client_id": "b"}, {"client_secret": "b"}, {"client_id": "a", "client_secret": "b"}]
)
def test_two_methods_are_refused(parameters: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest):
        credentials(request(encoded("a:b")), parameters)


@pytest.mark.rfc("7617", "2")
@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic é",
        "Basic a",
        "Basic YQ==!",
        "Basic YQA6Yg==",  # a NUL in the id
        encoded("a%00:b"),
        encoded("no colon"),
        encoded(b"\xff:b"),
        encoded(b"\xed\xa0\x80:b"),
        "Basic " + "A" * 8_001,
    ],
)
def test_a_header_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(InvalidClient):
        credentials(request(header), {})


@pytest.mark.django_db
@pytest.mark.rfc("6749", "5.2")
@pytest.mark.parametrize("header", [encoded("x:y"), "Basic é", "Basic YQA6Yg==", "bAsIc x"])
def test_who_tried_basic_is_challenged_to_basic(api: APIClient, header: str) -> None:
    response = api.post(PATH, GRANT, HTTP_AUTHORIZATION=header)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response["WWW-Authenticate"] == 'Basic realm="http://testserver", charset="UTF-8"'


@pytest.mark.django_db
def test_of_two_clients_neither_is_believed(api: APIClient) -> None:
    one, other = ClientFactory(), ClientFactory()
    header = encoded(f"{one.client_id}:{SECRET}")
    for fields in ({"client_id": other.client_id}, {"client_secret": SECRET}):
        response = api.post(PATH, GRANT | fields, HTTP_AUTHORIZATION=header)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.django_db
def test_a_database_that_is_away_makes_nobody_a_guesser(  # X1
    api: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATES": {"client_failures": "2/5m"}}
    fields = GRANT | {"client_id": ClientFactory().client_id, "client_secret": SECRET}

    def away(**_: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as outage:
        outage.setattr(protocol_credentials, "verify_client", away)
        assert [api.post(PATH, fields).status_code for _ in range(4)] == [503] * 4
    assert api.post(PATH, fields).status_code == 200


@pytest.mark.django_db
def test_right_secrets_that_are_looked_at_together_wait_for_nobody(
    api: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATES": {"client_failures": "2/5m"}}
    fields = GRANT | {"client_id": ClientFactory().client_id, "client_secret": SECRET}
    verify = protocol_credentials.verify_client
    begun: list[Any] = []
    statuses = []

    def meanwhile(**claimed: Any) -> Any:
        begun.append(claimed)
        if len(begun) < 5:
            statuses.append(api.post(PATH, fields).status_code)
        return verify(**claimed)

    monkeypatch.setattr(protocol_credentials, "verify_client", meanwhile)
    assert api.post(PATH, fields).status_code == 200
    assert statuses == [200] * 4


@pytest.mark.django_db
def test_an_unknown_client_costs_a_comparison_too(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:  # T16
    compared: list[Any] = []
    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append(a) or real(a, b))
    wrong = {"client_secret": "wrong"}
    api.post(PATH, GRANT | wrong | {"client_id": ClientFactory().client_id})
    known = len(compared)
    api.post(PATH, GRANT | wrong | {"client_id": "unknown"})
    assert known == len(compared) - known == 1
