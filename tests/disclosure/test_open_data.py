"""开放数据: files of the night under addresses that stay, safe from formulas, with licence and schema; a week long."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from association.actors import system
from association.choices import Role
from association.models import Attachment, OutboxJob
from association.rules.clock import beijing
from association.tenancy import acting_for
from common.errors import Forbidden
from disclosure.operations import choose_licence, plan_open_data, publish_open_data, sign_log
from disclosure.operations import open_data as night
from members.operations import register_institution
from tests.factories.people import actor_with, make_association, make_institution, valid_uscc
from tests.factories.review import published, suspend
from tests.members.pledges import signatory

pytestmark = [
    pytest.mark.django_db(databases=["default", "public"]),
    pytest.mark.usefixtures("public_sees_default"),
]
PAGE = "/chaoyang/open-data/"
NAMES = [
    "changelog.csv", "checkpoints.json", "licence.txt", "log.jsonl", "publications.csv", "publications.json", "schema.json",
]  # fmt: skip


@pytest.fixture
def association():
    made = make_association("chaoyang")
    with acting_for(made.pk):
        register_institution(
            actor=actor_with(Role.SECRETARIAT), name="=1+1演示学校", uscc=valid_uscc(777), source="演示"
        )
        made.publication = published()
    with acting_for(made.pk):
        suspend(made.publication)
    with acting_for(made.pk):
        sign_log()
    return made


def made(association):
    with acting_for(association.pk):
        return publish_open_data(actor=system(association.pk))


def file(client, name):
    answer = client.get(f"{PAGE}{name}")
    assert answer.status_code == 200
    return answer.content.decode("utf-8-sig")


def test_the_page_lists_the_files_of_the_night(client, association):
    before = client.get(PAGE).content.decode()
    assert "还没有全量文件" in before
    made(association)
    page = client.get(PAGE).content.decode()
    for name in NAMES:
        assert f"/chaoyang/open-data/{name}" in page
    assert len(page.encode()) < 100_000
    assert "CC BY 4.0" in page
    assert "<script" not in page


def test_a_signature_of_the_pledge_names_its_institution_in_every_file(client, association):
    with acting_for(association.pk):
        school = make_institution("演示签署学校")
        signatory(school)
        sign_log()
    made(association)
    changes = csv.DictReader(io.StringIO(file(client, "changelog.csv")))
    assert "演示签署学校" in [row["name"] for row in changes if row["kind"].startswith("pledge_sign")]
    rows = csv.DictReader(io.StringIO(file(client, "publications.csv")))
    assert [row["institution"] for row in rows if row["kind"].startswith("pledge_sign")] == [str(school.pk)]


def test_what_holds_is_in_the_files_and_what_ended_is_not(client, association):
    made(association)
    whole = json.loads(file(client, "publications.json"))
    told = {(item["kind"], item["content"]["standing"]) for item in whole["items"]}
    assert ("grade", "suspended") in told
    assert "certificate" not in {kind for kind, _standing in told}
    rows = list(csv.DictReader(io.StringIO(file(client, "publications.csv"))))
    assert len(rows) == len(whole["items"])
    assert next(row["name"] for row in rows if row["kind"] == "institution") == "'=1+1演示学校"
    changes = list(csv.DictReader(io.StringIO(file(client, "changelog.csv"))))
    assert [row["seq"] for row in changes] == [str(number + 1) for number in range(whole["last"])]
    assert ("certificate", "tombstone") in {(row["kind"], row["action"]) for row in changes}
    lines = file(client, "log.jsonl").splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, whole["last"] + 1))
    assert json.loads(file(client, "checkpoints.json"))["checkpoints"][-1]["seq"] == whole["last"]


def test_the_schema_names_what_is_there(client, association):
    made(association)
    schema, whole = json.loads(file(client, "schema.json")), json.loads(file(client, "publications.json"))
    assert set(schema["required"]) == set(whole)
    required = schema["properties"]["items"]["items"]["required"]
    assert all(set(required) == set(item) for item in whole["items"])


def test_an_association_chooses_its_licence(client, association, tmp_path):
    chosen = tmp_path / "licence.txt"
    chosen.write_text("仅供核对。")
    call_command("choose_licence", "chaoyang", str(chosen))
    made(association)
    assert file(client, "licence.txt") == "仅供核对。\n"
    assert "仅供核对。" in client.get(PAGE).content.decode()
    chosen.write_text("")
    call_command("choose_licence", "chaoyang", str(chosen))
    assert "默认许可" in client.get(PAGE).content.decode()
    with acting_for(association.pk), pytest.raises(Forbidden):
        choose_licence(actor=actor_with(Role.SECRETARIAT), text="x")


def test_twice_a_night_is_one_set_and_a_week_later_it_is_gone(association, monkeypatch):
    made(association)
    made(association)
    with acting_for(association.pk):
        day = night.clock.today()
        assert sorted(row.name for row in night.open_data.newest_files()) == NAMES
    monkeypatch.setattr(night.clock, "today", lambda: day + timedelta(days=8))
    made(association)
    with acting_for(association.pk):
        kept = Attachment.objects.filter(case__startswith="open-data-", forgotten_on__isnull=True)
        assert set(kept.values_list("case", flat=True)) == {f"open-data-{day + timedelta(days=8)}"}


def test_a_reader_who_has_the_file_is_told_so(client, association):
    made(association)
    first = client.get(f"{PAGE}publications.csv")
    again = client.get(f"{PAGE}publications.csv", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.csv", "..%2f..%2fsettings.py", "%00"])
def test_what_is_not_there_is_not_found(client, association, name):
    made(association)
    assert client.get(f"{PAGE}{name}").status_code in {400, 404}


def test_neighbours_have_files_of_their_own(client, association):
    made(association)
    make_association("haidian")
    assert client.get("/haidian/open-data/publications.csv").status_code == 404


def test_the_first_files_come_at_once_and_the_next_at_night(association):
    def planned():
        with acting_for(association.pk):
            plan_open_data()
            job = OutboxJob.objects.get(task="disclosure.publish_open_data")
            job.delete()
            return beijing(job.due_at)

    assert planned() <= timezone.now()
    made(association)
    night = planned()
    assert (night.hour, night.minute) == (2, 0)
    assert timedelta() < night - timezone.now() <= timedelta(hours=26)


def test_an_association_that_has_published_nothing_has_its_files_as_well():
    new = make_association("new")
    with acting_for(new.pk):
        names = {row.name for row in publish_open_data(actor=system(new.pk))}
    assert {"licence.txt", "publications.json", "schema.json"} <= names
    assert "log.jsonl" not in names
