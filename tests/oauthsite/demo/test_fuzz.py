"""Whatever is sent to the demo's API, it answers for itself: no server error, always JSON."""

from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from rest_framework.test import APIClient

from tests.oauthsite.demo.shared import Header, Token

pytestmark = pytest.mark.django_db

PATHS = [
    "accounts/{}",
    "accounts/{}/following",
    "accounts/{}/followers",
    "accounts/{}/follow",
    "accounts/{}/unfollow",
    "accounts/lookup",
    "accounts/search",
    "accounts/relationships",
    "accounts/verify_credentials",
    "{}",
]
NAMES = ["limit", "max_id", "since_id", "min_id", "q", "acct", "offset", "following", "type", "id", "id[]", "format"]
VALUES = st.one_of(
    st.binary(max_size=12).map(quote_from_bytes),
    st.text(max_size=8).map(lambda text: quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")),
    st.integers().map(str),
    st.sampled_from(
        ["0", "-0", "1", "%00", "%ff", "1_000", "%EF%BC%91", "9" * 5_000, "true", "null", "@", "%25", "[]"]
    ),
)
QUERIES = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)


@pytest.fixture(autouse=True)
def _without_limits(settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATE_LIMITS": False}


@given(
    version=st.sampled_from(["v1", "v2"]),
    path=st.sampled_from(PATHS),
    key=VALUES,
    query=QUERIES,
    method=st.sampled_from(["get", "post", "put", "options", "head"]),
    body=st.binary(max_size=20),
    content_type=st.sampled_from(["application/json", "multipart/form-data", "text/plain", "x", ""]),
    is_known=st.booleans(),
)
@examples(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_is_sent_breaks_it(
    api: APIClient, bearer: Header, user_token: Token, ada: User, **sent: Any
) -> None:
    header = bearer(user_token(ada, "read write")) if sent["is_known"] else {}
    response = api.generic(
        sent["method"].upper(),
        f"/api/{sent['version']}/{sent['path'].format(sent['key'])}",
        sent["body"],
        content_type=sent["content_type"],
        QUERY_STRING=sent["query"],
        **header,
    )
    assert response.status_code < 500
    assert response["Content-Type"] == "application/json"
