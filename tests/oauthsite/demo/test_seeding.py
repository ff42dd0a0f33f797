"""The demo data: made once, made anew on request, and never over what somebody else made."""

import re
import shlex
import urllib.parse
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from rest_framework.test import APIClient

from clients.errors import InvalidClient, InvalidToken
from clients.models import Client
from oauthsite.demo.entities import userinfo
from oauthsite.demo.models import Account, Follow, Profile
from oauthsite.demo.seeding import PEOPLE, Seeded, seed
from tests.factories import PASSWORD, ClientFactory, UserFactory
from tokens.models import TokenFamily
from tokens.rules.verification import verify, verify_client

pytestmark = pytest.mark.django_db


def seeded(**options: bool) -> Seeded:
    made = seed(**options)
    assert made
    return made


def logs_in(name: str, password: str) -> bool:
    return User.objects.get(username=name).check_password(password)


def test_people_have_profiles_and_all_follow_each_other() -> None:
    made = seeded()
    assert set(made.passwords) == set(PEOPLE)
    assert all(logs_in(name, password) for name, password in made.passwords.items())
    assert Follow.objects.count() == 5 * 4
    assert Profile.objects.get(user__username="grace").display_name == "Grace Hopper"
    assert [user.username for user in User.objects.filter(is_superuser=True, is_staff=True)] == ["admin"]


def test_ada_has_the_one_client_that_is_her_own() -> None:
    own = seeded().own
    assert own
    client = verify_client(client_id=own.client_id, secret=own.secret)
    assert client.own_use_of.username == "ada"
    assert verify(own.token).user == client.user


def test_another_client_is_for_everyone_and_two_use_it() -> None:
    made = seeded().open
    client = verify_client(client_id=made.client_id, secret=made.secret)
    assert client.audience == Client.Audience.EVERYONE
    assert verify(made.token).is_app_token
    users = TokenFamily.objects.of_client(client).live().values_list("user__username", flat=True)
    assert set(users) == {None, "bob", "grace"}


def test_a_second_time_changes_nothing() -> None:
    made = seeded()
    assert seed() is None
    assert logs_in("ada", made.passwords["ada"])
    assert verify(made.open.token)


def test_a_reset_makes_all_of_it_anew() -> None:
    old, new = seeded(), seeded(reset=True)
    assert not logs_in("ada", old.passwords["ada"])
    assert logs_in("ada", new.passwords["ada"])
    assert old.own
    assert new.own
    for before, after in ((old.own, new.own), (old.open, new.open)):
        with pytest.raises(InvalidToken):
            verify(before.token)
        with pytest.raises(InvalidClient):
            verify_client(client_id=before.client_id, secret=before.secret)
        assert verify(after.token)
        assert verify_client(client_id=after.client_id, secret=after.secret)
    assert (User.objects.count(), Client.objects.count(), Follow.objects.count()) == (5, 2, 20)


def test_a_reset_keeps_what_somebody_wrote_meanwhile() -> None:
    seeded()
    Profile.objects.filter(user__username="ada").update(note="My own words")
    seeded(reset=True)
    assert Profile.objects.get(user__username="ada").note == "My own words"


@pytest.mark.parametrize("again", [False, True])
def test_accounts_that_others_made_are_left_alone(again: bool) -> None:
    for name in PEOPLE:
        UserFactory(username=name)
    made = seeded(reset=again)
    assert (made.people, made.own) == ({}, None)
    assert all(logs_in(name, PASSWORD) for name in PEOPLE)
    assert not Follow.objects.exists()


def test_a_client_that_ada_made_meanwhile_stays_hers() -> None:
    seeded()
    Client.objects.get(client_id="demo-ada").delete()
    ClientFactory(owner_only=True, user=User.objects.get(username="ada"), client_id="hers")
    assert seeded(reset=True).own is None
    assert Client.objects.get(own_use_of__username="ada").client_id == "hers"


def run(*options: str) -> str:
    out = StringIO()
    call_command("seed_demo", "--port", "8123", *options, stdout=out)
    return out.getvalue()


def curl(line: str, api: APIClient) -> Any:
    """What the pasted line would get."""
    words = shlex.split(line)[1:]
    url = urllib.parse.urlsplit(next(word for word in words if word.startswith("http")))
    assert url.netloc == "127.0.0.1:8123"
    forms = dict(words[at + 1].split("=", 1) for at, word in enumerate(words) if word == "-F")
    api.credentials(**({"HTTP_AUTHORIZATION": words[words.index("-H") + 1].split(": ")[1]} if "-H" in words else {}))
    return api.post(url.path, forms) if forms else api.get(url.path)


@pytest.mark.parametrize("options", [(), ("--reset",)])
def test_every_line_to_paste_works(api: APIClient, options: tuple[str, ...]) -> None:
    for out in (run(*options), run()):
        lines = re.findall(r"^ +(curl .+)$", out, re.MULTILINE)
        assert len(lines) >= 2
        assert [curl(line, api).status_code for line in lines] == [200] * len(lines)
        assert out.isascii()


def test_what_is_shown_logs_in_and_the_second_time_says_how_to_get_new_ones() -> None:
    first, second = run(), run()
    name, password = re.findall(r"/admin/ +(\w+) / (\w+)", first)[0]
    assert logs_in(name, password)
    assert password not in second
    assert "oas_" not in second
    assert "make reset-demo" in second


def test_beside_accounts_of_others_it_says_so_and_shows_none() -> None:
    for name in PEOPLE:
        UserFactory(username=name)
    out = run()
    assert "admin/   (your own account)" in out
    assert "Bearer oas_at_" in out
    assert "/following" not in out


def test_people_of_the_demo_are_told_about_by_userinfo() -> None:
    made = seeded()
    assert userinfo(made.people["ada"], "https://a.example") == {
        "name": "Ada Lovelace",
        "profile": "https://a.example/@ada",
        "picture": "https://a.example/static/oauth_demo/avatar.png",
    }
    assert Account.objects.of_domain("demo.example").count() == 5
