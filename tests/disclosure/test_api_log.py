"""Deltas of the publication log: from any number on, with tombstones, and nothing where nothing is new."""

import json

import pytest

from association.choices import Role
from association.tenancy import acting_for
from disclosure.operations import sign_log
from disclosure.queries import export
from disclosure.rules import chain
from members.operations import register_institution
from tests.factories.people import NUMBERS, actor_with, make_association, valid_uscc
from tests.factories.review import published, suspend

pytestmark = [
    pytest.mark.django_db(databases=["default", "public"]),
    pytest.mark.usefixtures("public_sees_default"),
]
CHANGES, CHECKPOINTS = "/chaoyang/api/v1/changes/", "/chaoyang/api/v1/checkpoints/"


@pytest.fixture
def association():
    return make_association("chaoyang")


def registered(association, count=1):
    with acting_for(association.pk):
        for number in (next(NUMBERS) for _ in range(count)):
            register_institution(
                actor=actor_with(Role.SECRETARIAT), name=f"演示学校{number}", uscc=valid_uscc(number)
            )


def test_a_reader_who_follows_next_has_the_whole_log(client, association, monkeypatch):
    monkeypatch.setattr("disclosure.api.log.changes", lambda pk, after: export.changes(pk, after, 2))
    monkeypatch.setattr("disclosure.api.log.PAGE", 2)
    registered(association, 5)
    registered(make_association(), 1)
    address, entries = CHANGES, []
    while address:
        page = client.get(address).json()
        entries += page["entries"]
        address = page["next"]
    assert [entry["seq"] for entry in entries] == [1, 2, 3, 4, 5]
    assert page["last"] == 5
    for before, entry in zip([None, *entries], entries, strict=False):
        told = json.loads(entry["header"])
        assert chain.digest(entry["header"]) == entry["hash"]
        assert told["previous"] == (before["hash"] if before else chain.BEGINNING)
        assert told["payload_sha256"] == chain.payload_digest(entry["salt"], entry["payload"])


def test_what_ends_is_a_tombstone_in_the_delta(client, association):
    with acting_for(association.pk):
        publication = published()
    last = client.get(CHANGES).json()["last"]
    with acting_for(association.pk):
        suspend(publication)
    told = [json.loads(entry["header"]) for entry in client.get(f"{CHANGES}?after={last}").json()["entries"]]
    assert [(row["kind"], row["action"]) for row in told] == [("grade", "put"), ("certificate", "tombstone")]
    assert "核查" not in client.get(CHANGES).content.decode()
    assert publication.certificate.code not in client.get(CHANGES).content.decode()


@pytest.mark.parametrize("address", [CHANGES, CHECKPOINTS])
def test_who_has_it_already_is_told_so(client, association, address):
    registered(association)
    with acting_for(association.pk):
        sign_log()
    first = client.get(address)
    tag = first["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    registered(association)
    with acting_for(association.pk):
        sign_log()
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_checkpoints_stand_beside_their_keys(client, association):
    assert client.get(CHECKPOINTS).json() == {"keys": [], "checkpoints": []}
    registered(association)
    with acting_for(association.pk):
        checkpoint = sign_log()
    told = client.get(CHECKPOINTS).json()
    assert [key["name"] for key in told["keys"]] == [checkpoint.key_name]
    assert told["checkpoints"][0]["text"] == checkpoint.text


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 30, "１"])
def test_what_is_no_number_is_refused_with_a_sentence(client, association, after):
    answer = client.get(CHANGES, {"after": after})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert "after" in answer.json()["errors"]


def test_a_number_beyond_the_end_is_an_empty_page(client, association):
    page = client.get(CHANGES, {"after": "7"}).json()
    assert (page["entries"], page["next"], page["last"]) == ([], None, 0)


def test_cost_does_not_grow_with_the_page(client, association, django_assert_num_queries):
    for count in (1, 3):
        registered(association, count)
        with django_assert_num_queries(
            6
        ):  # savepoint, association and scope, number, page, scope off, savepoint
            assert client.get(CHANGES).status_code == 200
