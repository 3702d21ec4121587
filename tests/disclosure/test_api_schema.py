"""The committed OpenAPI document is the one that the code makes."""

import pytest
import yaml

from config.home import PROJECT
from disclosure.api.schema import openapi
from tests.factories.people import make_association

COMMITTED = PROJECT / "docs" / "api" / "schema.yml"
REMAKE = "run: ./run manage openapi > docs/api/schema.yml"


def test_committed_document_is_up_to_date():
    assert yaml.safe_load(COMMITTED.read_text()) == yaml.safe_load(yaml.safe_dump(openapi())), REMAKE


def test_every_operation_says_how_it_refuses():
    for methods in openapi()["paths"].values():
        for operation in methods.values():
            assert {"200", "405", "406", "429"} <= set(operation["responses"])
            assert operation["summary"]


@pytest.mark.django_db
def test_served_document_names_its_mount(client):
    make_association("chaoyang")
    answer = client.get("/chaoyang/api/schema/")
    assert answer.json()["servers"] == [{"url": "/chaoyang"}]
    assert answer.json()["paths"] == openapi()["paths"]
    page = client.get("/chaoyang/api/docs/").content.decode()
    for path in openapi()["paths"]:
        assert path in page
