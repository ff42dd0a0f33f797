"""A model of the server, and Hypothesis in search of a history in which the two differ (security: 2.4).

Whatever people and programs do, in whatever order: the tokens that live are those that the model says. MODEL_RUNS
sets how many histories each of the four parts tries (500, so 2,000 in all).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clients import values
from clients.errors import InvalidToken, OAuthError
from clients.models import Client
from clients.rules import administration, registration
from clients.rules.administration import Decision
from tests.factories import UserFactory
from tokens.models import AccessToken, RefreshToken, TokenFamily
from tokens.origin import Origin
from tokens.protocol import engine
from tokens.rules import device, device_consent, inspection, redemption
from tokens.rules.revocation import Reason, revoke
from tokens.rules.surrender import surrender
from tokens.rules.verification import verify

RUNS = int(os.environ.get("MODEL_RUNS", "500"))
STEPS = 12
CODE_LIFE, ACCESS_LIFE, IDLE, ABSOLUTE = 60, 100, 300, 700
REDIRECT = "https://app.example/cb"
LIMITS = {
    "CODE_LIFETIME": CODE_LIFE,
    "DEVICE_CODE_LIFETIME": CODE_LIFE,
    "REFRESHABLE_TOKEN_LIFETIME": ACCESS_LIFE,
    "REFRESH_TOKEN_IDLE_LIFETIME": IDLE,
    "REFRESH_TOKEN_ABSOLUTE_LIFETIME": ABSOLUTE,
}
one_of_few = st.integers(min_value=0, max_value=7)


@dataclass
class Token:
    """A value, and when it ends."""

    value: str
    ends: datetime | None

    def is_current(self, now: datetime) -> bool:
        return self.ends is None or now < self.ends


@dataclass
class Family:
    """What one authorization gave, as the model remembers it."""

    pk: Any
    user: int
    client: int
    created: datetime
    group: str = ""
    code: str = ""
    device_code: str = ""
    code_ends: datetime | None = None
    is_spent: bool = False
    is_revoked: bool = False
    access: list[Token] = field(default_factory=list)
    refresh: list[Token] = field(default_factory=list)  # the last one is unspent


class History(RuleBasedStateMachine):
    """One site, two people, some clients."""

    @initialize()
    def begin(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.clock = time_machine.travel(datetime(2030, 1, 1, tzinfo=timezone.get_default_timezone()), tick=False)
        self.moment = self.clock.start()
        self.users = [UserFactory(password="") for _ in range(2)]
        self.clients: list[Any] = []
        self.disabled: set[int] = set()
        self.suspended: set[int] = set()
        self.families: list[Family] = []
        self.register(has_refresh=True)
        self.register(has_refresh=False)

    def teardown(self) -> None:
        if not hasattr(self, "atomic"):
            return
        try:
            self.every_door_agrees()
        finally:
            self.clock.stop()
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # ---------------------------------------------------------------- what people and programs do

    @precondition(lambda self: len(self.clients) < 3)
    @rule(has_refresh=st.booleans())
    def register(self, has_refresh: bool) -> None:
        grants = ["authorization_code", device.DEVICE] + ["refresh_token"] * has_refresh
        made = registration.register(
            name="Program", redirect_uris=[REDIRECT], scope="read write", source="apps", grant_types=grants
        )
        self.clients.append(made.client)

    @rule(client=one_of_few, user=one_of_few, group=st.sampled_from(["", "phone"]))
    def authorize(self, client: int, user: int, group: str) -> None:
        self.tick()
        client, user = client % len(self.clients), user % 2
        family, code = redemption.grant_code(
            client=self.clients[client],
            user=self.users[user],
            scope=["read"],
            redirect_uri=REDIRECT,
            origin=Origin(),
            token_group=group,
        )
        ends = self.now + timedelta(seconds=CODE_LIFE)
        self.families.append(Family(family.pk, user, client, self.now, group, code=code, code_ends=ends))

    @rule(user=one_of_few)
    def sign_in(self, user: int) -> None:
        """Authorize the first client, which gets refresh tokens, and redeem at once: most histories begin so."""
        self.authorize(client=0, user=user, group="")
        self.redeem(which=len(self.families) - 1)

    @precondition(lambda self: any(len(family.refresh) > 1 for family in self.families))
    @rule(which=one_of_few, generation=st.integers(min_value=2, max_value=3))
    def replay(self, which: int, generation: int) -> None:
        self.refresh_with([family for family in self.families if len(family.refresh) > 1], which, generation)

    @rule(client=one_of_few, user=one_of_few, allowed=st.booleans())
    def connect_a_device(self, client: int, user: int, allowed: bool) -> None:
        self.tick()
        client, user = client % len(self.clients), user % 2
        if client in self.suspended:
            return
        row, device_code, user_code = device.begin(client=self.clients[client], scope="read")
        found = device_consent.find_pending(user_code)
        if not allowed:
            device_consent.deny(found, user=self.users[user], origin=Origin())
            self.expect(False, client, grant_type=device.DEVICE, device_code=device_code)
            return
        family = device_consent.allow(found, user=self.users[user], origin=Origin())
        self.families.append(Family(family.pk, user, client, self.now, device_code=device_code, code_ends=row.expires))

    @precondition(lambda self: self.families)
    @rule(which=one_of_few)
    def redeem(self, which: int) -> None:
        """For the first time, again, too late, after a revocation."""
        family = self.tick_and_pick(which)
        stands = self.stands(family)
        in_time = family.code_ends is not None and self.now < family.code_ends
        succeeds = stands and in_time and not family.is_spent
        if family.device_code:
            issued = self.expect(succeeds, family.client, grant_type=device.DEVICE, device_code=family.device_code)
        else:
            sent = {"grant_type": "authorization_code", "code": family.code, "redirect_uri": REDIRECT}
            issued = self.expect(succeeds, family.client, **sent)
            if family.is_spent and self.is_in_force(family):
                family.is_revoked = True  # a replay
        if issued:
            family.is_spent = True
            self.note(family, issued)

    @precondition(lambda self: any(family.refresh for family in self.families))
    @rule(which=one_of_few)
    def refresh(self, which: int) -> None:
        self.refresh_with([family for family in self.families if family.refresh], which, 1)

    def refresh_with(self, holding: list[Family], which: int, generation: int) -> None:
        """With the newest refresh token of one of these families, or with a spent one."""
        self.tick()
        family = holding[which % len(holding)]
        token = family.refresh[-min(generation, len(family.refresh))]
        is_spent = token is not family.refresh[-1]
        stands = self.stands(family)
        issued = self.expect(
            stands and not is_spent and token.is_current(self.now),
            family.client,
            grant_type="refresh_token",
            refresh_token=token.value,
        )
        if is_spent and stands:
            family.is_revoked = True
        if issued:
            for old in family.access:
                old.ends = min(old.ends or self.now, self.now)
            self.note(family, issued)

    @precondition(lambda self: any(family.access for family in self.families))
    @rule(which=one_of_few, kind=st.sampled_from(["access", "refresh"]), back=one_of_few, stranger=st.booleans())
    def give_back(self, which: int, kind: str, back: int, stranger: bool) -> None:
        """RFC 7009, with any token of the family; or by a client whose token it is not."""
        self.tick()
        holding = [family for family in self.families if getattr(family, kind)]
        if not holding:
            return
        family = holding[which % len(holding)]
        tokens = getattr(family, kind)
        value = tokens[back % len(tokens)].value
        client = (family.client + stranger) % len(self.clients)
        try:
            surrender(value, client=self.clients[client], ip_address=None)
        except OAuthError:
            assert stranger
        family.is_revoked |= not stranger

    @precondition(lambda self: self.families)
    @rule(which=one_of_few, way=st.sampled_from(["one", "user", "client", "group"]))
    def revoke(self, which: int, way: str) -> None:
        """At one of the other doors."""
        chosen = self.tick_and_pick(which)
        user, client = self.users[chosen.user], self.clients[chosen.client]
        objects = TokenFamily.objects
        rows, hold, is_hit = {
            "one": (objects.only_this(chosen.pk), None, lambda family: family is chosen),
            "user": (objects.of_user(user), user, lambda family: family.user == chosen.user),
            "client": (objects.of_client(client), client, lambda family: family.client == chosen.client),
            "group": (
                objects.of_user(user).in_group(chosen.group),
                user,
                lambda family: (family.user, family.group) == (chosen.user, chosen.group),
            ),
        }[way]
        revoke(rows, Reason(actor=user), hold=hold)
        for family in self.families:
            family.is_revoked |= is_hit(family)

    @rule(user=one_of_few)
    def disable_or_enable(self, user: int) -> None:
        self.disabled ^= {user % 2}
        rows = get_user_model().objects.filter(pk=self.users[user % 2].pk)
        rows.update(is_active=user % 2 not in self.disabled)

    @rule(client=one_of_few)
    def suspend_or_resume(self, client: int) -> None:
        client %= len(self.clients)
        self.suspended ^= {client}
        act = administration.suspend if client in self.suspended else administration.resume
        act(Client.objects.filter(pk=self.clients[client].pk), Decision())

    @rule(seconds=st.sampled_from([1, CODE_LIFE - 2, ACCESS_LIFE, IDLE - 2, IDLE]))
    def wait(self, seconds: int) -> None:
        self.moment.shift(seconds)

    # ---------------------------------------------------------------- what has to be so

    @invariant()
    def what_lives_is_what_the_model_says(self) -> None:
        if not hasattr(self, "families"):
            return
        current = Q(expires__isnull=True) | Q(expires__gt=self.now)
        standing = Q(family__revoked_at=None, family__user__is_active=True, family__client__status="active")
        for rows, kind in ((AccessToken.objects.all(), "access"), (RefreshToken.objects.unspent(), "refresh")):
            newest = Q(created__gte=F("family__issued_at")) if kind == "access" else Q()
            found = set(rows.filter(current, standing, newest).values_list("token_checksum", flat=True))
            assert found == {values.digest(value) for value in self.live(kind)}, kind

    def every_door_agrees(self) -> None:
        """The way to an API, and introspection, token by token."""
        for kind in ("access", "refresh"):
            living = self.live(kind)
            for token in [token for family in self.families for token in getattr(family, kind)]:
                found = inspection.find(token.value)
                assert (found is not None and found.is_live) == (token.value in living)
                try:
                    verify(token.value)
                except InvalidToken:
                    assert kind == "refresh" or token.value not in living
                else:
                    assert kind == "access"
                    assert token.value in living

    # ---------------------------------------------------------------- words

    @property
    def now(self) -> datetime:
        return timezone.now()

    def tick(self) -> None:
        self.moment.shift(1)

    def tick_and_pick(self, which: int) -> Family:
        self.tick()
        return self.families[which % len(self.families)]

    def is_in_force(self, family: Family) -> bool:
        return family.user not in self.disabled and family.client not in self.suspended

    def stands(self, family: Family) -> bool:
        return self.is_in_force(family) and not family.is_revoked

    def live(self, kind: str) -> set[str]:
        """The values that work. Of refresh tokens only the newest may be unspent."""
        return {
            token.value
            for family in self.families
            if self.stands(family)
            for token in (family.access if kind == "access" else family.refresh[-1:])
            if token.is_current(self.now)
        }

    def expect(self, succeeds: bool, client: int, **sent: str) -> Any:
        """What the token endpoint gives; it must give or refuse as the model says."""
        row = Client.objects.get(pk=self.clients[client].pk)
        try:
            issued = engine.respond(sent, client=row, origin=Origin())
        except OAuthError:
            assert not succeeds, "refused"
            return None
        assert succeeds, "given"
        return issued

    def note(self, family: Family, issued: Any) -> None:
        if not issued.refresh_token:
            family.access.append(Token(issued.access_token, None))
            return
        ends = min(self.now + timedelta(seconds=IDLE), family.created + timedelta(seconds=ABSOLUTE))
        family.access.append(Token(issued.access_token, self.now + timedelta(seconds=ACCESS_LIFE)))
        family.refresh.append(Token(issued.refresh_token, ends))


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.rfc("6749", "10.5")
@pytest.mark.rfc("9700", "4.14.2")
@pytest.mark.rfc("7009", "2.1")
@pytest.mark.parametrize("part", range(4))
def test_the_tokens_that_live_are_those_of_the_model(part: int, settings: Any) -> None:  # K10, T1, T2, T5, T6, C2
    settings.OAUTHSITE = {**settings.OAUTHSITE, **LIMITS}
    limits = hypothesis_settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        database=None,
    )
    run_state_machine_as_test(seed(part)(History), settings=limits)
