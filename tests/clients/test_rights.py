"""The right to more than one client."""

import pytest
from django.contrib.auth import get_user_model

from clients.events import Act
from clients.models import Event
from clients.rules.administration import Decision
from clients.rules.registration import may_have_more, register
from clients.rules.rights import give_right, take_right
from tests.factories import REDIRECT_URI, ClientFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_right_lets_a_user_register_a_second_client() -> None:
    ada = UserFactory()
    ClientFactory(owner_only=True, user=ada)
    assert give_right(ada, Decision(note="A good record"))
    ada = get_user_model().objects.get(pk=ada.pk)
    assert register(name="Second", redirect_uris=[REDIRECT_URI], owner=ada, source="manual").client.pk
    event = Event.objects.get(act=Act.RIGHTS_GIVEN)
    assert (event.subject, event.details) == (ada, {"note": "A good record"})


def test_taking_it_away_leaves_the_clients() -> None:
    ada = UserFactory()
    give_right(ada, Decision())
    ClientFactory(user=ada)
    assert take_right(ada, Decision())
    ada = get_user_model().objects.get(pk=ada.pk)
    assert not may_have_more(ada)
    assert ada.oauth_clients_client.count() == 1


def test_giving_or_taking_twice_is_no_act() -> None:
    ada = UserFactory()
    assert not take_right(ada, Decision())
    assert give_right(ada, Decision())
    assert not give_right(ada, Decision())
    assert Event.objects.count() == 1
