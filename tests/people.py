"""A person with a browser, over real HTTP: signs in, reads the consent page, presses a button."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from tests.factories import PASSWORD, UserFactory


class Person(requests.Session):
    """Signed in at `site`."""

    def __init__(self, site: str, user: Any = None) -> None:
        super().__init__()
        self.site = site
        self.user = user or UserFactory()
        page = self.get(f"{site}/accounts/login/")
        answer = self.send_form(page, username=self.user.username, password=PASSWORD)
        assert answer.status_code == 302, answer.text

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """As any request, but nobody waits for ever."""
        return super().request(*args, **{"timeout": 60, **kwargs})

    def send_form(self, page: requests.Response, **changes: Any) -> requests.Response:
        """The last form of a page as it is, but for `changes`."""
        assert page.status_code == 200, page.text
        form = re.findall(r"<form(.*?)</form>", page.text, re.DOTALL)[-1]
        tags = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", form)]
        fields = [(tag["name"], unescape(tag.get("value", ""))) for tag in tags if tag["name"] not in changes]
        action = re.search(r'^[^>]*action="([^"]*)"', form)
        target = urljoin(page.url, unescape(action[1])) if action else page.url
        headers = {"Referer": page.url}
        return self.post(target, data=[*fields, *changes.items()], headers=headers, allow_redirects=False)

    def decide(self, url: str, button: str = "allow") -> str:
        """Open an authorization URL, press a button, and say where that leads."""
        answer = self.send_form(self.get(url), **{button: "1"})
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def answer(self, url: str, button: str = "allow") -> dict[str, str]:
        """The parameters that the client gets."""
        return dict(parse_qsl(urlsplit(self.decide(url, button)).query))

    def connect(self, address: str, button: str = "allow") -> str:
        """Type in a device's code, by following its complete address."""
        confirm = self.send_form(self.get(address))
        return self.send_form(confirm, **{button: "1"}).text
