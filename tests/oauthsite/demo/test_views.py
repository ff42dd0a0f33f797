"""The page of an account."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from oauthsite.demo.models import Profile
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_the_address_of_an_account_leads_to_its_page(client: Client, ada: User) -> None:
    address = client.get(f"/api/v1/accounts/{ada.pk}").json()["url"]
    page = client.get(address.removeprefix("http://testserver"))
    assert page.status_code == 200
    assert "I &lt;3 engines" in page.text
    assert "Follows 2 accounts." in page.text
    assert "1 account follows it." in page.text


def test_a_name_with_letters_of_any_script_has_one(client: Client) -> None:
    user = UserFactory(username="ádá+@x.y")
    Profile.objects.create(user=user, display_name="<b>Ádá</b>")
    address = client.get(f"/api/v1/accounts/{user.pk}").json()["url"]
    assert address == "http://testserver/@%C3%A1d%C3%A1%2B%40x.y"
    assert "&lt;b&gt;Ádá" in client.get(address.removeprefix("http://testserver")).text


@pytest.mark.parametrize("name", ["nobody", "%00", "ada@elsewhere.example"])
def test_where_nobody_is_there_is_no_page(client: Client, ada: User, name: str) -> None:
    assert client.get(f"/@{name}").status_code == 404


def test_a_page_is_only_read(client: Client, ada: User) -> None:
    assert client.post("/@ada").status_code == 405
