"""The right to more clients on a user's own page: the same rule, permission and confirmation as upon their client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client as Browser
from django.urls import reverse

from clients.events import Act
from clients.models import Event
from clients.rules.administration import Decision
from clients.rules.registration import may_have_more
from clients.rules.rights import give_right
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/auth/user/"


def fresh(user: Any) -> Any:
    return type(user).objects.get(pk=user.pk)  # permissions are cached on the instance


def test_the_right_is_given_and_taken_on_the_page_of_a_user(root: Browser, confirm: Callable[..., Any]) -> None:
    ada = UserFactory(username="ada")
    assert confirm(root, ada, "give_right", reason="A good record.").status_code == 302
    assert may_have_more(fresh(ada))
    event = Event.objects.get()
    assert (event.act, event.subject, event.details) == (Act.RIGHTS_GIVEN, ada, {"note": "A good record."})
    assert confirm(root, ada, "take_right").status_code == 302
    assert not may_have_more(fresh(ada))
    assert LogEntry.objects.count() == 2


def test_the_page_of_a_user_offers_what_would_change_something(root: Browser) -> None:
    ada = UserFactory()
    page = reverse("admin:auth_user_change", args=[ada.pk])
    assert [act.name for act in root.get(page).context["acts"]] == ["give_right"]
    give_right(ada, Decision())
    assert [act.name for act in root.get(page).context["acts"]] == ["take_right"]


def test_the_right_needs_the_permission_of_approval(
    staff: Callable[..., Browser], confirm: Callable[..., Any], act_path: Callable[..., str]
) -> None:
    ada = UserFactory()
    for browser in (
        staff("auth.view_user", "auth.change_user", "oauth_clients.view_client"),
        staff("oauth_clients.approve_client"),
    ):
        assert browser.get(act_path(ada, "give_right")).status_code == 403
        assert browser.post(act_path(ada, "give_right"), {"confirmed": "1", "shown": "1"}).status_code == 403
    assert not may_have_more(fresh(ada))
    assert confirm(staff("auth.view_user", "oauth_clients.approve_client"), ada, "give_right").status_code == 302
    assert may_have_more(fresh(ada))


def test_many_users_are_given_it_from_the_list_after_a_question(root: Browser) -> None:
    people = [UserFactory() for _ in range(3)]
    give_right(people[0], Decision())
    chosen = {"action": "give_right", "index": "0", "_selected_action": [user.pk for user in people]}
    page = root.post(LIST, {**chosen, "select_across": "0"})
    assert page.context["effect"].count == 2
    assert not may_have_more(fresh(people[1]))
    answer = root.post(
        LIST, {**chosen, "select_across": "0", "confirmed": "1", "reason": "", "shown": "2", "stamp": ""}, follow=True
    )
    assert b"Done for 2." in answer.content
    assert all(may_have_more(fresh(user)) for user in people)


def test_the_page_leads_to_what_is_theirs_as_far_as_one_may_see_it(
    root: Browser, staff: Callable[..., Browser]
) -> None:
    ada = UserFactory(username="ada")
    page = reverse("admin:auth_user_change", args=[ada.pk])
    addresses = [address for _, address in root.get(page).context["links"]]
    assert addresses == [
        f"/admin/oauth_clients/client/?user__id__exact={ada.pk}",
        "/admin/oauth_tokens/tokenfamily/?user=ada",
        "/admin/oauth_clients/event/?user=ada",
    ]
    assert [root.get(address).status_code for address in addresses] == [200, 200, 200]
    assert staff("auth.view_user").get(page).context["links"] == []
    assert root.get("/admin/auth/user/add/").context["links"] == []
