"""Mastodon's way of asking for a page and of saying where the next one is."""

from __future__ import annotations

from urllib.parse import urlencode

from rest_framework.request import Request
from rest_framework.response import Response

from clients.border.issuer import issuer
from oauthsite.demo import entities
from oauthsite.demo.paging import Page, Window, number, page
from oauthsite.demo.querysets import AccountQuerySet

LIMIT = 40
MOST = 80


def answer(request: Request, accounts: AccountQuerySet) -> Response:
    """The page that the request asks for, as a list of accounts with a `Link` header."""
    found = page(accounts, window(request))
    home = issuer(request)
    links = link(request, found)
    return Response(
        [entities.account(account, home=home) for account in found.rows], headers={"Link": links} if links else {}
    )


def window(request: Request) -> Window:
    """`limit`, `max_id`, `since_id` (the newest above it) and `min_id` (those next above it)."""
    asked = {name: number(request.query_params.get(name)) for name in ("max_id", "since_id", "min_id")}
    return Window(
        limit=limit(request),
        below=asked["max_id"],
        above=asked["since_id"] if asked["min_id"] is None else asked["min_id"],
        from_oldest=asked["min_id"] is not None,
    )


def limit(request: Request) -> int:
    """How many are asked for. What is no number, or none, is as good as nothing asked: Mastodon refuses neither."""
    return min(abs(number(request.query_params.get("limit")) or LIMIT), MOST)


def link(request: Request, found: Page) -> str:
    """RFC 8288: older ones first, if there are any, then newer ones, that may come at any time."""
    asked = request.query_params.get("limit")
    kept = {"limit": limit(request)} if asked else {}
    relations = [("next", "max_id", found.oldest)] if found.has_older else []
    if found.rows:
        relations.append(("prev", "min_id", found.newest))
    here = request.build_absolute_uri(request.path)
    return ", ".join(f'<{here}?{urlencode({**kept, name: key})}>; rel="{rel}"' for rel, name, key in relations)
