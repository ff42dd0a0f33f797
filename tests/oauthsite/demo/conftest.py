"""Three people who follow each other."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from oauthsite.demo.models import Follow, Profile
from tests.factories import UserFactory


@pytest.fixture
def ada(db: None) -> User:
    """Follows bob and grace; bob follows her."""
    ada: User = UserFactory(username="ada", first_name="Ada", date_joined=datetime(2026, 1, 2, 3, 4, 5, 6789, UTC))
    bob, grace = UserFactory(username="bob"), UserFactory(username="grace")
    for follower, followed in ((ada, bob), (ada, grace), (bob, ada)):
        Follow.objects.create(follower_id=follower.pk, followed_id=followed.pk)
    Profile.objects.create(user=ada, note="I <3 engines\n\nand notes")
    return ada
