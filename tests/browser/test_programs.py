"""Programs written for other servers, whose user sits at a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from authlib.integrations.requests_client import OAuth2Session
from mastodon import Mastodon
from playwright.sync_api import expect

from clients.redirects import OUT_OF_BAND
from tests.browser.callback import Callback, listening
from tests.factories import PASSWORD, UserFactory
from tokens.models import AccessToken

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def callback() -> Iterator[Callback]:
    with listening() as found:
        yield found


def log_in_and_allow(page: Any, address: str, user: Any) -> None:
    """What a person does whom a program has sent here."""
    page.goto(address)
    go_on(page, user)


def go_on(page: Any, user: Any) -> None:
    """The same, when the program has opened the address itself."""
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_timeout(600)
    page.get_by_role("button", name="Allow").click()


def test_mastodon_py_gets_its_code_by_copy_and_paste(open_page: Any, site: str, tmp_path: Path) -> None:
    user = UserFactory()
    client_id, secret = Mastodon.create_app("Terminal", scopes=["read", "write"], api_base_url=site)
    program = Mastodon(client_id=client_id, client_secret=secret, api_base_url=site)
    page = open_page()
    log_in_and_allow(
        page, program.auth_request_url(scopes=["read", "write"], redirect_uris=OUT_OF_BAND, allow_http=True), user
    )
    code = page.locator("code").text_content()
    token = program.log_in(code=code, scopes=["read", "write"], redirect_uri=OUT_OF_BAND, allow_http=True)
    assert token
    assert program.account_verify_credentials().username == user.username
    program.revoke_access_token(allow_http=True)


def test_authlib_is_called_back_with_pkce_and_issuer(open_page: Any, site: str, callback: Callback) -> None:
    user = UserFactory()
    client_id, secret = Mastodon.create_app("Web", scopes=["profile"], redirect_uris=callback.uri, api_base_url=site)
    program = OAuth2Session(client_id, secret, scope="profile", redirect_uri=callback.uri, code_challenge_method="S256")
    verifier = "v" * 64
    address, state = program.create_authorization_url(f"{site}/oauth/authorize", code_verifier=verifier)
    page = open_page()
    log_in_and_allow(page, address, user)
    expect(page).to_have_title("Back")
    came_back = f"{callback.origin}{callback.got[0]}"
    program.fetch_token(f"{site}/oauth/token", authorization_response=came_back, state=state, code_verifier=verifier)
    assert program.get(f"{site}/oauth/userinfo").json()["preferred_username"] == user.username


# A program in somebody else's page, without a server of its own: everything goes through CORS.
MANAGER = """
    const about = JSON.parse(localStorage.about);
    const manager = new oidc.UserManager({
        authority: about.site,
        metadataUrl: `${about.site}/.well-known/oauth-authorization-server`,
        client_id: about.client_id,
        redirect_uri: about.uri,
        scope: "read profile",
        loadUserInfo: true,
        automaticSilentRenew: false,
    });
"""
REGISTER = """async ([site, uri]) => {
    const answer = await fetch(`${site}/oauth/register`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
            client_name: "A page",
            redirect_uris: [uri],
            grant_types: ["authorization_code", "refresh_token"],
            token_endpoint_auth_method: "none",
        }),
    });
    const { client_id } = await answer.json();
    localStorage.about = JSON.stringify({ site, uri, client_id });
}"""


@pytest.mark.rfc("8414", "3")
@pytest.mark.rfc("6749", "6")
def test_oidc_client_ts_signs_in_from_a_page_elsewhere(
    open_page: Any, site: str, callback: Callback, packages: Path
) -> None:
    user, page = UserFactory(), open_page()
    library = packages / "node_modules" / "oidc-client-ts" / "dist" / "browser" / "oidc-client-ts.min.js"
    page.goto(callback.origin)
    page.evaluate(REGISTER, [site, callback.uri])
    page.add_script_tag(path=library)
    page.evaluate(f"() => {{ {MANAGER} void manager.signinRedirect(); }}")  # it leaves the page
    go_on(page, user)
    expect(page).to_have_title("Back")
    page.add_script_tag(path=library)
    signed_in = page.evaluate(f"async () => {{ {MANAGER} return await manager.signinRedirectCallback(); }}")
    assert signed_in["profile"]["preferred_username"] == user.username
    assert signed_in["scope"] == "read profile"
    renewed = page.evaluate(f"async () => {{ {MANAGER} return await manager.signinSilent(); }}")
    assert renewed["access_token"] != signed_in["access_token"]
    assert AccessToken.objects.live().count() == 1
    page.evaluate(f"async () => {{ {MANAGER} await manager.revokeTokens(); }}")
    assert not AccessToken.objects.live().exists()
