"""T18: no door into the table leaves a secret in clear."""

import pytest

from clients import values
from clients.models import Client
from tests.factories import ClientFactory

pytestmark = pytest.mark.django_db
CLEAR = "a-secret-in-clear"


def column_of(client: Client) -> str:
    return Client.objects.values_list("client_secret", flat=True).get(pk=client.pk)


def test_a_saved_secret_is_hashed_in_the_table_and_in_memory() -> None:
    client = ClientFactory(client_secret=CLEAR)
    assert column_of(client) == client.client_secret == values.store(CLEAR)


def test_saving_again_changes_nothing() -> None:
    client = ClientFactory(client_secret=CLEAR)
    client.save()
    assert column_of(client) == values.store(CLEAR)


def test_update_hashes_too() -> None:
    client = ClientFactory()
    Client.objects.update(client_secret=CLEAR)
    assert column_of(client) == values.store(CLEAR)


def test_bulk_operations_hash_too() -> None:
    client = Client.objects.bulk_create([Client(name="a", client_secret=CLEAR)])[0]
    assert column_of(client) == values.store(CLEAR)
    client.client_secret = f"{CLEAR}-2"
    Client.objects.bulk_update([client], ["client_secret"])
    assert column_of(client) == values.store(f"{CLEAR}-2")


def test_no_secret_stays_no_secret() -> None:
    assert column_of(ClientFactory(public=True)) == ""
