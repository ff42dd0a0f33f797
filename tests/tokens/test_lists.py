"""Lists of tokens, and revoking by rule, through the pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Visitor
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.errors import InvalidGrant, InvalidToken
from clients.events import Act
from clients.models import Event
from tests.factories import ClientFactory, FamilyFactory, UserFactory
from tokens import listing
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules.redemption import find_code, grant_code
from tokens.rules.verification import verify

pytestmark = pytest.mark.django_db

HOME, WORK = "192.0.2.1", "2001:db8::1"


@pytest.fixture
def ada() -> Any:
    return UserFactory(username="ada")


@pytest.fixture
def browser(ada: Any) -> Visitor:
    visitor = Visitor(REMOTE_ADDR=HOME)
    visitor.force_login(ada)
    return visitor


def works(token: str) -> bool:
    try:
        verify(token)
    except InvalidToken:
        return False
    return True


def change(family: TokenFamily, **columns: Any) -> None:
    TokenFamily.objects.only_this(family.pk).update(**columns)


class Tokens:
    """What two people hold of two clients, from two places and in two groups."""

    def __init__(self, ada: Any) -> None:
        self.bob = UserFactory(username="bob")
        self.own = ClientFactory(user=ada, name="Adas app")
        self.other = ClientFactory(name="Other app")
        self.values: dict[str, str] = {}
        for name, client, user, group, address in (
            ("home", self.own, ada, "phone", HOME),
            ("work", self.own, ada, "Phone", WORK),
            ("other", self.other, ada, "phone", HOME),
            ("bobs", self.own, self.bob, "phone", HOME),
            ("bobs other", self.other, self.bob, "phone", HOME),
            ("app", self.own, None, "", WORK),
        ):
            self.values[name] = FamilyFactory(client=client, user=user, token_group=group, origin=Origin(address))[1]

    def dead(self) -> set[str]:
        return {name for name, value in self.values.items() if not works(value)}


@pytest.fixture
def tokens(ada: Any) -> Tokens:
    return Tokens(ada)


AS_HOLDER = [
    ({"address": HOME}, {"home", "other"}),
    ({"address": "2001:DB8:0::1"}, {"work"}),
    ({"group": "phone"}, {"home", "other"}),
    ({"group": "Phone"}, {"work"}),
    ({"client": "own"}, {"home", "work"}),
    ({"client": "own", "address": HOME}, {"home"}),
    ({"client": "own", "group": "phone"}, {"home"}),
    ({"all": "1"}, {"home", "work", "other"}),
    ({"group": "pho"}, set()),
]
AS_DEVELOPER = [
    ({"address": HOME}, {"home", "bobs"}),
    ({"group": "phone"}, {"home", "bobs"}),
    ({"address": WORK}, {"work", "app"}),
    ({"all": "1"}, {"home", "work", "bobs", "app"}),
]


def chosen(tokens: Tokens, rule: dict[str, str]) -> dict[str, str]:
    return {**rule, "client": tokens.own.client_id} if rule.get("client") else rule


@pytest.mark.parametrize(("rule", "expected"), AS_HOLDER)
def test_a_holder_revokes_exactly_what_was_chosen(
    browser: Visitor, tokens: Tokens, rule: dict[str, str], expected: set[str]
) -> None:  # T19, A7
    given = chosen(tokens, rule)
    page = browser.get("/dev/tokens/revoke", given).content.decode()
    word = "token" if len(expected) == 1 else "tokens"
    assert (f"Revoke {len(expected)} {word}?" in page) if expected else ("No working token fits" in page)
    assert tokens.dead() == set()
    result = browser.post("/dev/tokens/revoke", given).content.decode()
    assert f"{len(expected)} {word} w" in result
    assert tokens.dead() == expected


@pytest.mark.parametrize(("rule", "expected"), AS_DEVELOPER)
def test_a_developer_revokes_whoever_holds_them(
    browser: Visitor, tokens: Tokens, rule: dict[str, str], expected: set[str]
) -> None:  # T19, A7
    page = f"/dev/clients/{tokens.own.client_id}/tokens/revoke"
    assert f"Revoke {len(expected)} tokens?" in browser.get(page, rule).content.decode()
    browser.post(page, rule)
    assert tokens.dead() == expected


def test_one_token(browser: Visitor, tokens: Tokens) -> None:
    family = TokenFamily.objects.get(user=tokens.own.user, token_group="Phone")
    page = browser.get("/dev/tokens/revoke", {"family": family.pk}).content.decode()
    assert family.hint in page
    browser.post("/dev/tokens/revoke", {"family": family.pk})
    assert tokens.dead() == {"work"}


def test_the_question_names_who_holds_the_token(browser: Visitor, tokens: Tokens) -> None:
    page = f"/dev/clients/{tokens.own.client_id}/tokens/revoke"
    for user, name in ((tokens.bob, "bob"), (None, "the client itself")):
        family = TokenFamily.objects.get(user=user, client=tokens.own)
        assert f"{name}</" in browser.get(page, {"family": family.pk}).content.decode().replace("</bdi>", "")


def test_a_line_says_until_when(browser: Visitor, ada: Any) -> None:
    now = timezone.now()
    for days, words in ((None, "until revoked"), (3, "ends "), (-3, "ended ")):
        family, _ = FamilyFactory(user=ada, token_group=f"of {days}")
        change(family, expires=days and now + timedelta(days=days))
        html = browser.get("/dev/tokens", {"group": f"of {days}", "state": "all"}).content.decode()
        assert f">{words}" in html


def test_somebody_elses_token_is_absent(browser: Visitor, tokens: Tokens) -> None:  # A7
    family = TokenFamily.objects.get(user=tokens.bob, client=tokens.other)
    assert browser.get("/dev/tokens/revoke", {"family": family.pk}).status_code == 404
    browser.post("/dev/tokens/revoke", {"family": family.pk})
    page = f"/dev/clients/{tokens.own.client_id}/tokens/revoke"
    browser.post(page, {"family": family.pk})
    assert tokens.dead() == set()


def test_long_unused_ones(browser: Visitor, tokens: Tokens) -> None:
    now = timezone.now()
    mine = TokenFamily.objects.of_user(tokens.own.user)
    change(mine.get(token_group="Phone"), last_used=now - timedelta(days=61))
    change(mine.get(client=tokens.other), created=now - timedelta(days=61))
    change(mine.get(client=tokens.own, token_group="phone"), created=now - timedelta(days=61), last_used=now)
    assert "Unused for <strong>60 days</strong>" in browser.get("/dev/tokens/revoke?unused_days=60").content.decode()
    browser.post("/dev/tokens/revoke", {"unused_days": "60"})
    assert tokens.dead() == {"work", "other"}


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"group": ""},
        {"address": "nonsense", "all": "1"},
        {"client": "unknown", "all": "1"},
        {"family": "x", "all": "1"},
        {"unused_days": "0", "all": "1"},
        {"group": "\u202e", "all": "1"},
        {"grup": "phone"},
    ],
)
def test_what_is_not_understood_never_widens_to_all(browser: Visitor, tokens: Tokens, rule: dict[str, str]) -> None:
    response = browser.post("/dev/tokens/revoke", rule)
    assert response.status_code == 422
    assert "Nothing was revoked" in response.content.decode()
    assert tokens.dead() == set()


def test_a_question_that_is_not_understood_is_refused_too(browser: Visitor) -> None:
    assert browser.get("/dev/tokens/revoke?address=x").status_code == 422


def test_unspent_codes_die_too(browser: Visitor, ada: Any) -> None:  # T19
    client = ClientFactory()
    _, code = grant_code(client=client, user=ada, scope=["read"], redirect_uri="", origin=Origin(HOME))
    browser.post("/dev/tokens/revoke", {"address": HOME})
    family = TokenFamily.objects.get()
    assert family.revoked_at is not None
    with pytest.raises(InvalidGrant):
        _redeem(client, code)


def test_unspent_codes_die_together_with_tokens(browser: Visitor, ada: Any) -> None:  # T19
    client = ClientFactory()
    FamilyFactory(client=client, user=ada)
    _, code = grant_code(client=client, user=ada, scope=["read"], redirect_uri="", origin=Origin(HOME))
    browser.post("/dev/tokens/revoke", {"all": "1"})
    assert not TokenFamily.objects.standing().exists()
    with pytest.raises(InvalidGrant):
        _redeem(client, code)


def _redeem(client: Any, code: str) -> None:
    from tokens.rules.redemption import redeem

    redeem(find_code(client=client, code=code), origin=Origin())


def test_the_history_keeps_one_line_with_the_rule(browser: Visitor, tokens: Tokens) -> None:
    browser.post("/dev/tokens/revoke", {"group": "phone"})
    event = Event.objects.get(act=Act.TOKENS_REVOKED)
    assert (event.count, event.details, event.ip_address) == (2, {"rule": {"group": "phone"}}, HOME)
    browser.post("/dev/tokens/revoke", {"all": "1"})
    assert Event.objects.filter(act=Act.TOKENS_REVOKED).newest_first()[0].details == {"rule": "all"}


@pytest.mark.usefixtures("tokens")
def test_the_rule_in_the_history_names_no_address(browser: Visitor) -> None:
    browser.post("/dev/tokens/revoke", {"address": WORK})
    assert Event.objects.get(act=Act.TOKENS_REVOKED).details == {"rule": {"address": True}}


@pytest.mark.parametrize("number", [1, 200])
def test_revoking_takes_the_same_statements_for_any_number(browser: Visitor, ada: Any, number: int) -> None:
    client = ClientFactory()
    FamilyFactory(client=client, user=ada)
    bulk(number - 1, client=client, user=ada)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        browser.post("/dev/tokens/revoke", {"all": "1"})
    assert TokenFamily.objects.live().count() == 0
    assert len(queries) <= 12


def bulk(number: int, **columns: Any) -> None:
    """Families without token rows, quickly: what lists see."""
    now = timezone.now()
    TokenFamily.objects.bulk_create(
        [
            TokenFamily(
                grant_type="authorization_code", scope="read write", issued_at=now, hint="oas_at_…abcd", **columns
            )
            for _ in range(number)
        ],
        batch_size=500,
    )


class TestTheList:
    """Fifty lines at a time."""

    def test_a_line_says_what_people_want_to_know(self, browser: Visitor, ada: Any) -> None:
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
        client = ClientFactory(name="Reader")
        family, value = FamilyFactory(
            client=client, user=ada, scope="read:accounts", token_group="phone", origin=Origin(HOME, agent)
        )
        verify(value, ip_address=HOME)
        html = browser.get("/dev/tokens").content.decode()
        for word in ("phone", family.hint, "Reader", "See accounts", HOME, "Firefox", "until revoked"):
            assert word in html
        assert "The token you just used" in html
        assert value not in html

    def test_only_a_use_from_here_is_yours(self, browser: Visitor, ada: Any) -> None:
        verify(FamilyFactory(user=ada)[1], ip_address=WORK)
        assert "The token you just used" not in browser.get("/dev/tokens").content.decode()

    def test_paging_forwards_and_back(self, browser: Visitor, ada: Any) -> None:
        bulk(120, client=ClientFactory(), user=ada, token_group="many")
        FamilyFactory(user=ada)
        keys = [
            str(key)
            for key in TokenFamily.objects.filter(token_group="many").order_by("-pk").values_list("pk", flat=True)
        ]
        pages, seen = ["?group=many"], []
        while len(pages) <= 3:
            html = browser.get("/dev/tokens" + pages[-1]).content.decode()
            seen += re.findall(r"family=([0-9a-f-]{36})", html)
            link = re.search(r'href="(\?[^"]*before=[^"]*)"', html)
            pages.append(link[1].replace("&amp;", "&") if link else "")
        assert seen == keys
        assert pages[3] == ""
        assert "group=many" in pages[1]
        back = re.search(r'href="(\?[^"]*after=[^"]*)"', html)
        assert back
        html = browser.get("/dev/tokens" + back[1].replace("&amp;", "&")).content.decode()
        assert re.findall(r"family=([0-9a-f-]{36})", html) == keys[50:100]
        back = re.search(r'href="(\?[^"]*after=[^"]*)"', html)
        assert back
        html = browser.get("/dev/tokens" + back[1].replace("&amp;", "&")).content.decode()
        assert re.findall(r"family=([0-9a-f-]{36})", html) == keys[:50]
        assert "after=" not in html

    def test_the_lines_of_an_app_stand_together(self, browser: Visitor, ada: Any) -> None:
        """The app of the newest line first; who has one line of an app revokes that."""
        often, once = ClientFactory(name="Often"), ClientFactory(name="Once")
        lines = [FamilyFactory(user=ada, client=client)[0] for client in (often, once, often)]
        html = browser.get("/dev/tokens").content.decode()
        found = re.findall(r'rowgroup" colspan="3"><bdi>(\w+)|\?(client|family)=([\w-]+)"', html)
        assert found == [
            ("Often", "", ""),
            ("", "client", often.client_id),
            ("", "family", str(lines[2].pk)),
            ("", "family", str(lines[0].pk)),
            ("Once", "", ""),
            ("", "family", str(lines[1].pk)),
        ]

    def test_an_app_of_which_all_has_ended_has_no_button(self, browser: Visitor, ada: Any) -> None:
        client = ClientFactory()
        for _ in range(2):
            change(FamilyFactory(user=ada, client=client)[0], revoked_at=timezone.now())
        html = browser.get("/dev/tokens?state=ended").content.decode()
        assert html.count(">Revoked<") == 2
        assert "Revoke the app" not in html

    def test_beyond_the_newest_there_is_nothing(self, ada: Any) -> None:
        family, _ = FamilyFactory(user=ada)
        found = listing.page(TokenFamily.objects.of_user(ada), after=family.pk)
        assert (found.lines, found.newer, found.older) == ([], None, None)

    def test_states(self, browser: Visitor, ada: Any) -> None:
        past = timezone.now() - timedelta(days=1)
        for hint, columns in {"live": {}, "gone": {"revoked_at": past}, "late": {"expires": past}}.items():
            change(FamilyFactory(user=ada)[0], hint=hint, **columns)
        grant_code(client=ClientFactory(), user=ada, scope=["read"], redirect_uri="", origin=Origin())

        def lines(state: str) -> set[str]:
            html = browser.get("/dev/tokens", {"state": state}).content.decode()
            return set(re.findall(r'nowrap">(\w+)<', html))

        assert lines("") == lines("live") == {"live"}
        assert lines("ended") == {"gone", "late"}
        assert lines("all") == {"live", "gone", "late"}

    def test_filters(self, browser: Visitor, tokens: Tokens) -> None:
        def count(**filters: str) -> int:
            return browser.get("/dev/tokens", filters).content.decode().count("family=")

        assert count() == 3
        assert count(client=tokens.other.client_id) == 1
        assert count(group="phone", address=HOME) == 2
        assert count(address=WORK) == 1

    def test_filters_that_make_no_sense_say_so(self, browser: Visitor, tokens: Tokens) -> None:
        response = browser.get("/dev/tokens", {"address": "1.2.3", "client": "x", "before": "y"})
        assert response.status_code == 422
        assert "not an IP address" in response.content.decode()

    def test_when_empty_it_says_what_will_be_here(self, browser: Visitor, ada: Any) -> None:
        html = browser.get("/dev/tokens").content.decode()
        assert "No app may use your account now" in html
        assert 'href="?state=ended"' in html
        assert "<form class" not in html  # nothing to choose from
        assert "<form class" in browser.get("/dev/tokens?state=ended").content.decode()
        assert "No token fits" in browser.get("/dev/tokens?group=x").content.decode()
        client = ClientFactory(user=ada)
        assert "Nobody has a working token" in browser.get(f"/dev/clients/{client.client_id}/tokens").content.decode()

    def test_the_developer_sees_every_holder(self, browser: Visitor, tokens: Tokens) -> None:
        html = browser.get(f"/dev/clients/{tokens.own.client_id}/tokens").content.decode()
        assert html.count("family=") == 4
        assert "bob" in html
        assert "the client itself" in html
        assert "Other app" not in html


@pytest.mark.parametrize("path", ["mine", "of_client"])
def test_a_full_page_is_light_and_takes_few_statements(browser: Visitor, ada: Any, path: str) -> None:
    agent = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6"
    )
    client = ClientFactory(user=ada, name="N" * 60)
    now = timezone.now()
    bulk(
        120,
        client=client,
        user=ada,
        token_group="g" * 64,
        ip_address="2001:db8:1111:2222:3333:4444:5555:6666",
        user_agent=agent,
        last_used=now,
        last_used_ip="2001:db8:1111:2222:3333:4444:5555:6666",
        expires=now + timedelta(days=3),
    )
    page = "/dev/tokens" if path == "mine" else f"/dev/clients/{client.client_id}/tokens"
    with CaptureQueriesContext(connection) as queries:
        response = browser.get(page)
    assert response.content.decode().count("family=") == 50
    assert len(queries) <= 12
    assert len(response.content) <= 80 * 1024


@pytest.mark.slow
@pytest.mark.parametrize("whose", ["user", "client"])
def test_lists_and_revocation_use_indexes(ada: Any, whose: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("plans are read from PostgreSQL")
    client, crowd = ClientFactory(), [UserFactory() for _ in range(20)]
    others = ClientFactory()
    for user in crowd:
        bulk(1_000, client=others, user=user)
    bulk(500, client=client, user=ada)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE oauth_tokens_tokenfamily")
    families = TokenFamily.objects.all()
    mine = families.of_user(ada) if whose == "user" else families.of_client(client)
    assert "Seq Scan on oauth_tokens_tokenfamily" not in mine.live().newest_first()[:51].explain()
    sql, parameters = mine.live().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN UPDATE oauth_tokens_tokenfamily SET revoked_at = now() WHERE id IN ({sql})",  # noqa: S608  (Django's own SQL)
            parameters,
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f"oauth_family_{whose}" in plan
