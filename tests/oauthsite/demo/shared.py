"""What the tests of the demo's API say often."""

import re
from collections.abc import Callable

from django.contrib.auth.models import User
from rest_framework.response import Response

from oauthsite.demo.models import Follow

Header = Callable[[str], dict[str, str]]
Token = Callable[..., str]


def key(name: str) -> int:
    return User.objects.get(username=name).pk


def names(response: Response) -> list[str]:
    return [account["username"] for account in response.json()]


def links(response: Response) -> dict[str, str]:
    """The `Link` header by relation, in its order."""
    return {rel: url for url, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', response.headers.get("Link", ""))}


def many(ada: User, count: int) -> None:
    """Let ada follow that many more."""
    users = User.objects.bulk_create(User(username=f"u{n}") for n in range(count))
    Follow.objects.bulk_create(Follow(follower_id=ada.pk, followed_id=user.pk) for user in users)
