"""X7: what a deadlock undid is begun again; nothing else is."""

import threading
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection, transaction

from clients.models import Client
from tests.factories import REDIRECT_URI, ClientFactory
from tests.sessions import Session
from tokens.origin import Origin
from tokens.rules.redemption import grant_code
from tokens.rules.transactions import TRIES, afterwards, in_one_transaction, is_transient


class Deadlock(Exception):
    sqlstate = "40P01"


def broken(*, transient: bool) -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = Deadlock() if transient else None
    return error


class Act:
    """Fails so often, and then does its work."""

    def __init__(self, failures: int, *, transient: bool = True) -> None:
        self.failures, self.transient, self.calls = failures, transient, 0

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise broken(transient=self.transient)
        return "done"


@in_one_transaction
def in_transaction(act: Act) -> str:
    return act()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("failures", "transient", "calls"), [(0, True, 1), (2, True, 3), (3, True, 3), (1, False, 1)])
def test_it_is_tried_three_times(failures: int, transient: bool, calls: int) -> None:
    act = Act(failures, transient=transient)
    if calls > failures:
        assert in_transaction(act) == "done"
    else:
        with pytest.raises(OperationalError):
            in_transaction(act)
    assert act.calls == calls <= TRIES


@pytest.mark.django_db(transaction=True)
def test_inside_another_transaction_only_the_whole_can_begin_again() -> None:
    act = Act(1)
    with pytest.raises(OperationalError), transaction.atomic():
        in_transaction(act)
    assert act.calls == 1


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OperationalError(1213, "Deadlock found"), True),
        (OperationalError(1205, "Lock wait timeout"), True),
        (OperationalError(2006, "gone away"), False),
        (OperationalError("database is locked"), False),
        (OperationalError(), False),
        (broken(transient=True), True),
        (broken(transient=False), False),
    ],
)
def test_which_failures_pass(error: OperationalError, expected: bool) -> None:
    assert is_transient(error) is expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time cannot deadlock")
def test_a_real_deadlock_is_seen_by_nobody() -> None:
    rows = [ClientFactory(name="0").pk, ClientFactory(name="0").pk]
    both_hold_one = threading.Barrier(2)
    failures: list[BaseException] = []

    def cross(mine: int, other: int) -> None:
        is_first_try = True

        @in_one_transaction
        def act() -> None:
            nonlocal is_first_try
            Client.objects.filter(pk=mine).update(name="1")
            if is_first_try:
                is_first_try = False
                both_hold_one.wait(10)
            Client.objects.filter(pk=other).update(name="2")

        try:
            act()
        except OperationalError as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=cross, args=pair) for pair in (rows, rows[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_what_follows_a_commit_may_fail_with_the_database(error: type[Exception]) -> None:  # X1
    with afterwards():
        raise error("server closed the connection unexpectedly")
    with pytest.raises(error), transaction.atomic(), afterwards():
        raise error("server closed the connection unexpectedly")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("grant_type", ["authorization_code", "refresh_token"])
def test_a_database_that_goes_right_after_the_commit_costs_nobody_their_tokens(
    grant_type: str, session: Session
) -> None:  # X1
    sent = {"refresh_token": session.pair["refresh_token"]}
    if grant_type == "authorization_code":
        more: dict[str, Any] = {"client": session.client, "user": session.user, "origin": Origin()}
        sent = {"code": grant_code(scope=["read"], redirect_uri=REDIRECT_URI, **more)[1], "redirect_uri": REDIRECT_URI}
    failed = []

    def going(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and "used_at" in sql and not connection.in_atomic_block:
            failed.append(sql)
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, *rest)

    with connection.execute_wrapper(going):
        answer = session.post(grant_type=grant_type, **sent)
    assert failed
    assert session.works(answer.json()["access_token"])
