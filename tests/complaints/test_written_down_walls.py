"""代为登记 in the database and on the pages: no word of staff without its paper, and what was written down stays."""

import pytest
from django.db import IntegrityError, connection, transaction

from association import clock
from association.tenancy import acting_for
from complaints import operations
from complaints.choices.complaints import State
from complaints.models import Decision, Evidence, WrittenDown
from complaints.operations.filing import Exhibit
from tests.complaints.material import accepted, scan, state_of, world
from tests.complaints.test_written_down import deny, performed, withdrawn
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import make_association

pytestmark = pytest.mark.django_db


# -- walls ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["withdraw", "contest", "unpaid", "deny"])
def test_the_database_refuses_a_word_of_staff_without_its_paper(here, kind):
    made, other = accepted(here), accepted(here)
    withdrawn(here, other)
    foreign = WrittenDown.objects.get()
    said = {"complaint": made.complaint, "kind": kind, "decided_at": clock.now()}
    for written_down, by, match in (
        (None, here.officer.user_id, "signed paper"),
        (foreign, here.officer.user_id, "not written down in this case"),
    ):
        with pytest.raises(IntegrityError, match=match), transaction.atomic():
            Decision.objects.create(**said, written=written_down, decided_by_id=by)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ("method = 'paper', recorded_by_id = %(user)s", "by the code or on a signed paper"),
        ("method = 'receipt_code', recorded_by_id = %(user)s", "by the code or on a signed paper"),
        ("method = ''", "by the code or on a signed paper"),
        ("method = 'paper'", "by the code or on a signed paper"),
    ],
)
def test_the_database_wants_to_know_who_answered(here, values, match):
    performed(here)
    given = {"user": here.officer.user_id, "now": clock.now()}
    sql = f"UPDATE complaints_survey SET answered_at = %(now)s, outcome = 'resolved', {values}"
    with pytest.raises(IntegrityError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, given)


def test_the_database_keeps_what_was_written_down(here):
    made, other = accepted(here), accepted(here)
    withdrawn(here, made)
    operations.add_evidence(
        actor=here.officer, complaint_id=other.complaint.pk, exhibit=Exhibit("contract", scan())
    )
    row = WrittenDown.objects.get()
    values = {"recorded_by_id": here.officer.user_id, "recorded_at": clock.now(), "kind": "withdraw"}
    for paper in (row.paper, Evidence.objects.get(complaint=other.complaint)):
        with pytest.raises(IntegrityError, match="signed paper of the case"), transaction.atomic():
            WrittenDown.objects.create(complaint=other.complaint, paper=paper, **values)
    for sql, match in (
        ("UPDATE complaints_writtendown SET kind = 'contest'", "is settled"),
        ("DELETE FROM complaints_writtendown", "is kept"),
        ("UPDATE complaints_writtendown SET denied_at = recorded_at - interval '1 day'", "written_before_denied"),
        ("UPDATE complaints_complaint SET state = 'received', ended_at = NULL WHERE state = 'withdrawn'", "was denied"),
    ):  # fmt: skip
        with (
            pytest.raises(IntegrityError, match=match),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
    deny(here, made)
    for change, match in (
        (lambda: WrittenDown.objects.update(denied_at=None), "denied once"),
        (lambda: WrittenDown.objects.create(complaint=made.complaint, paper=row.paper, **values), "carries nothing"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=match), transaction.atomic():
            change()


# -- pages ----------------------------------------------------------------------------------------------------


@pytest.fixture
def first(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.mark.usefixtures("counting")
def test_the_pages_want_the_paper_and_take_the_denial(first, client):
    with acting_for(first.pk):
        here = world()
        made = accepted(here)
        desk, page = Desk(first, here.officer), f"complaints/{made.complaint.pk}/"
        bare = desk.post(f"{page}do/", deed="withdraw", reason="家里有事")
        assert bare.status_code == 400
        assert "家里有事" in bare.content.decode()
        assert desk.post(f"{page}do/", deed="withdraw", reason="家里有事", paper=scan()).status_code == 302
        code, track_page = {"code": made.receipt_code}, "/first/complaints/track/"
        shown = client.post(track_page, code).content.decode()
        assert "工作人员代您所作的登记" in shown
        assert "否认这项登记" in shown
        row = WrittenDown.objects.get()
        assert f'name="written_id" value="{row.pk}"' in shown
        said = code | {"deed": "deny_written", "text": "不是我签的", "written_id": row.pk}
        refused = client.post(f"{track_page}do/", said)
        assert refused.status_code == 400
        assert "不是我签的" in refused.content.decode()
        assert state_of(made) == State.WITHDRAWN
        done = client.post(f"{track_page}do/", said | {"sure": "on"}).content.decode()
        assert "投诉人否认代为登记的事项" in done
        assert "工作人员代您所作的登记" not in done
        assert state_of(made) == State.AWAIT_REPLY
        twice = client.post(f"{track_page}do/", said | {"sure": "on"})
        assert (twice.status_code, state_of(made)) == (409, State.AWAIT_REPLY)
        assert "已经否认过" in twice.content.decode()
        assert "否认，不作数" in desk.get(page).content.decode()
        assert "否认，不作数" not in Desk(first, here.school).get(page).content.decode()
