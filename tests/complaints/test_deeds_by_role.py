"""办理事项与角色: each deed on the page of a case, rightly filled in, sent by every role. Who may not gets 403, a stranger 404."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from association import clock
from association.choices import INSTITUTION_ROLES, STAFF_ROLES, Role
from association.person_fields import posts_of
from association.tenancy import acting_for
from complaints.access.complaints import MAY
from complaints.forms.case import FORMS
from complaints.models import Complaint
from complaints.queries.case import RIGHTS
from tests.common.files import picture
from tests.complaints.material import accepted, filed, world
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association, make_institution
from tests.members.pledges import signatory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting"), pytest.mark.long]
OFFICER = frozenset({Role.SECRETARIAT})
EITHER = OFFICER | INSTITUTION_ROLES
BINDS = frozenset({Role.INSTITUTION_ADMIN})
# Who may, and what is typed. Whoever sees the case and may not is told so; nobody else learns that it is there.
DEEDS = {
    "name_institution": (OFFICER, {"institution_id": "its id"}),
    "correct_filing": (OFFICER, {"handled_elsewhere": "no", "is_consumer": "yes", "reason": "x"}),
    "correct_harm_day": (OFFICER, {"harmed_on": "today", "reason": "x"}),
    "accept": (OFFICER, {}),
    "refuse": (OFFICER, {"ground": "not_competent", "reason": "不属于"}),
    "transfer": (OFFICER, {"to": "演示部门", "reason": "归其管理"}),
    "answer": (INSTITUTION_ROLES, {"kind": "disputed", "text": "已上课"}),
    "offer": (BINDS, {"amount_fen": "100", "pay_by": "later", "open_until": "later"}),
    "consent": (EITHER, {"given_": "yes"}),
    "deny_consent": (INSTITUTION_ROLES, {}),
    "paper_consent": (EITHER, {"party": "institution", "given_": "yes", "paper": "picture"}),
    "sign": (OFFICER | BINDS, {"text_sha256": "0" * 64, "agreed": "on"}),
    "perform": (EITHER, {"paid_on": "today", "instalments": "1"}),
    "add_evidence": (EITHER, {"kind": "payment", "upload": "picture"}),
    "assign_mediator": (OFFICER, {"mediator_id": "mediator"}),
    "ask_recusal": (EITHER, {"ground": "other", "reason": "x"}),
    "paper_recusal": (EITHER, {"party": "institution", "ground": "other", "reason": "x", "paper": "picture"}),
    "recuse": (OFFICER, {"ground": "other", "reason": "x"}),
    "plan_session": (OFFICER, {"mode": "phone", "place": "电话", "planned_at_0": "later", "planned_at_1": "10:00"}),
    "agree": (OFFICER, {"text": "退还", "amount_fen": "100", "perform_by": "later"}),
    "pause_for_appraisal": (OFFICER, {"appraiser": "演示机构", "reason": "x", "expected_on": "later", "paper": "picture"}),
    "resume": (OFFICER, {}),
    "terminate": (OFFICER, {"ground": "no_agreement", "reason": "x"}),
    "breach": (OFFICER, {"reason": "未付"}),
    "tell_parties": (OFFICER, {"party": "complainant", "way": "phone", "told_on": "today"}),
    "unmask": (OFFICER, {"field": "phone", "reason": "回电"}),
    "redact": (OFFICER, {"words": "学校停课", "audience": "both", "reason": "x"}),
    "survey": (OFFICER, {"outcome": "resolved", "paper": "picture"}),
    "follow_up": (OFFICER, {"holds": "yes", "paper": "picture"}),
    "say_unpaid": (OFFICER, {"text": "", "paper": "picture"}),
    "contest": (OFFICER, {"text": "没有收到", "paper": "picture"}),
    "withdraw": (OFFICER, {"paper": "picture"}),
    "settle": (OFFICER, {"amount_fen": "100", "pay_by": "later", "paper": "picture"}),
    "paper_sign": (OFFICER, {"text_sha256": "0" * 64, "printed": "0" * 8, "paper": "picture"}),
    "institution_paper_sign": (OFFICER | BINDS, {"text_sha256": "0" * 64, "printed": "0" * 8, "paper": "picture"}),
    "allege_breach": (OFFICER, {"clause_place": "1"}),
    "open_lead": (OFFICER, {"category": "refund", "note": "拒绝退费"}),
    "leave_mass_case": (OFFICER, {}),
    "paper_answer": (OFFICER, {"kind": "disputed", "text": "已上课", "received_on": "today", "paper": "picture"}),
    "paper_make_offer": (OFFICER, {"amount_fen": "100", "pay_by": "later", "open_until": "later", "received_on": "today", "paper": "picture"}),
    "confirm_settlement": (OFFICER | BINDS, {"confirmed": "no"}),
    "paper_settlement": (OFFICER | BINDS, {"confirmed": "no", "paper": "picture"}),
    "extend_order": (OFFICER, {"due_on": "later", "reason": "x"}),
    "register_paid": (OFFICER, {"paid_fen": "100", "reason": "合同"}),
}  # fmt: skip
NOT_LET_IN = 403, 404


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        yield world()


def typed(here, fields):
    days = {"today": clock.today().isoformat(), "later": (clock.today() + timedelta(days=9)).isoformat()}
    mediator = posts_of([here.mediator.user_id])[here.mediator.user_id]
    values = days | {"its id": here.institution.pk, "mediator": mediator}
    return {
        name: SimpleUploadedFile("x.jpg", picture()) if value == "picture" else values.get(value, value)
        for name, value in fields.items()
    }


def sent(desk, pk, deed, fields):
    """The status; what was done is undone."""
    with transaction.atomic():
        response = desk.client.post(desk.path(f"complaints/{pk}/do/"), {"deed": deed, **fields})
        transaction.set_rollback(True)
    return response.status_code


def persons(here):
    """One of every role; those of institutions work for the one complained of."""
    return {
        role: actor_with(role, institution=here.institution if role in INSTITUTION_ROLES else None)
        for role in Role
    }


def test_every_deed_rests_on_a_right_and_every_right_on_roles():
    assert {RIGHTS.get(name, name) for name in FORMS} - {"paper_consent"} <= set(MAY)
    assert set(DEEDS) <= set(FORMS)


def test_each_role_does_what_the_table_says_and_nothing_else(association, here):
    signatory(here.institution)
    waits, new = accepted(here).complaint.pk, filed(here).complaint.pk
    before = {"name_institution", "correct_filing", "correct_harm_day", "accept", "refuse", "transfer"}
    wrong = {}
    for role, actor in persons(here).items():
        desk = Desk(association, actor)
        for deed, (who, fields) in DEEDS.items():
            pk = new if deed in before else waits
            sees = role in STAFF_ROLES or (role in INSTITUTION_ROLES and pk == waits)
            status = sent(desk, pk, deed, typed(here, fields))
            right = status not in NOT_LET_IN if sees and role in who else status == (403 if sees else 404)
            if status >= 500 or not right:
                wrong[role.value, deed] = status
    assert wrong == {}
    assert set(Complaint.objects.values_list("state", flat=True)) == {"await_reply", "received"}


def test_a_neighbours_people_learn_nothing(association, here):
    pk = accepted(here).complaint.pk
    strangers = [
        Desk(association, actor_with(role, institution=make_institution())) for role in INSTITUTION_ROLES
    ]
    other = make_association("second")
    with acting_for(other.pk):
        strangers += [Desk(other, actor_with(role)) for role in STAFF_ROLES | {Role.MEDIATOR}]
    for desk in strangers:
        found = {sent(desk, pk, deed, typed(here, fields)) for deed, (_who, fields) in DEEDS.items()}
        assert found == {404}, desk.actor.roles
