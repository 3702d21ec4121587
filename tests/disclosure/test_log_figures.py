"""年度投诉统计 in the publication log: each version is an entry, a replaced one a tombstone, and open data hold what stands."""

import json
from datetime import date

import jsonschema
import pytest

from association.actors import system
from association.tenancy import acting_for
from complaints import operations
from complaints.models import YearFigures
from disclosure.documents.open_data import DATA_SCHEMA
from disclosure.operations import catch_up_log, publish_open_data
from disclosure.queries import verification
from disclosure.queries.log import entries
from tests.complaints.material import Time, filed, world
from tests.complaints.test_figures_corrected import confirmed, proposed
from tests.disclosure.log_material import told
from tests.factories.people import make_association, make_institution

pytestmark = [
    pytest.mark.django_db(databases=["default", "public"]),
    pytest.mark.usefixtures("public_sees_default"),
]
KIND = "complaint_figures"


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("chaoyang")


@pytest.fixture
def time(monkeypatch):
    return Time(monkeypatch)


@pytest.fixture
def here(association, time):
    """2026 fixed on its day: ten complaints of one school, three of another."""
    with acting_for(association.pk):
        made = world()
        many(made, 10, made.institution)
        many(made, 3, make_institution(name="演示乙校"))
        catch_up_log()
    time.to(date(2027, 4, 1))
    with acting_for(association.pk):
        operations.close_years(actor=made.system)
    return made


def many(here, count, institution):
    for _ in range(count):
        filed(here, institution_id=institution.pk)


def corrected(association, here, time):
    time.to(date(2026, 11, 3))
    with acting_for(association.pk):
        many(here, 6, here.institution)
    time.to(date(2027, 6, 1))
    with acting_for(association.pk):
        confirmed(proposed())


def contents():
    return [json.loads(row.payload.text) for row in entries().filter(kind=KIND).select_related("payload")]


def test_a_fixed_year_is_written_down_with_the_deed(association, here):
    with acting_for(association.pk):
        assert told(KIND) == [(KIND, "put", "in_force")]
        (said,) = contents()
        row = YearFigures.objects.get()
        assert (said["year"], said["version"], said["cut_off"]) == (2026, 1, "2027-04-01")
        assert said["figures"] == row.figures
        assert "counts" not in said
        assert "演示乙校" not in json.dumps(said, ensure_ascii=False)
        assert catch_up_log() == 0
        assert not [one for one in verification.altered_rows() if one.startswith(KIND)]


def test_a_replaced_version_is_a_tombstone_that_says_by_what(association, here, time):
    corrected(association, here, time)
    with acting_for(association.pk):
        assert told(KIND) == [
            (KIND, "put", "in_force"),
            (KIND, "tombstone", "replaced"),
            (KIND, "put", "in_force"),
        ]
        _first, replaced, second = contents()
        assert (replaced["version"], replaced["replaced"]["version"]) == (1, 2)
        assert (second["version"], second["replaced"]) == (2, None)
        assert catch_up_log() == 0


def test_caught_up_later_it_says_the_same(association, here, time, monkeypatch):
    monkeypatch.setattr("complaints.operations.figures.tell_public_changed", lambda *_given: None)
    corrected(association, here, time)
    with acting_for(association.pk):
        assert catch_up_log() == 2
        assert [standing for _kind, _action, standing in told(KIND)] == ["in_force", "replaced", "in_force"]


def test_open_data_hold_the_version_that_stands_and_their_schema_says_how(client, association, here, time):
    corrected(association, here, time)
    with acting_for(association.pk):
        publish_open_data(actor=system(association.pk))
    whole = json.loads(client.get("/chaoyang/open-data/publications.json").content)
    jsonschema.validate(whole, DATA_SCHEMA)
    (item,) = [one for one in whole["items"] if one["kind"] == KIND]
    assert (item["content"]["version"], item["content"]["figures"]["total"]["received"]) == (2, 19)
    lines = client.get("/chaoyang/open-data/publications.csv").content.decode("utf-8-sig").splitlines()
    assert any("complaint_figures" in line and "年度投诉统计" in line for line in lines)
    del item["content"]["figures"]["total"]["received"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(whole, DATA_SCHEMA)
