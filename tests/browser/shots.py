"""The pictures of the README: `make shots` takes them anew. Not a test, so that no run of the suite rewrites them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.browser.developer import full_frontpage
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pictures"
WIDTH = 880


def take(page: Any, name: str, *, height: int) -> None:
    """The top of the page as it stands."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.screenshot(path=FOLDER / f"{name}.png")


@pytest.mark.parametrize("look", ["light", "dark"])
def test_take_them(open_page: Any, look: str) -> None:
    ada, client = full_frontpage()
    page = open_page(user=ada, color_scheme=look)
    page.goto("/dev/")
    take(page, f"frontpage-{look}", height=760)
    page.goto(f"/dev/clients/{client.client_id}/tokens")
    take(page, f"tokens-{look}", height=760)
    grace = open_page(user=UserFactory(username="grace_h"), color_scheme=look)
    request = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": "https://tides.example/callback",
        "scope": "read write:statuses",
        "token_group": "laptop",
    }
    grace.goto(f"/oauth/authorize?{urlencode(request)}")
    take(grace, f"consent-{look}", height=900)
