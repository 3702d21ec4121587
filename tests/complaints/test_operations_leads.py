"""线索从草稿到处理: what an informant may, what an officer may, and what each is refused."""

import pytest

from association.clocks import deadlines_of
from association.models import AuditEntry, Notice
from association.operations import move_practice_clock
from association.tenancy import acting_for
from common.errors import InvalidInput, NotFound, Refused
from complaints.access.leads import leads_visible_to
from complaints.choices.leads import LeadState
from complaints.models import Lead, LeadMessage
from complaints.operations import lead_handling, lead_reports
from complaints.operations.lead_secrets import unmask_informant
from complaints.queries import lead_boxes
from complaints.queries.lead_boxes import exchange_of
from complaints.rules.receipts import grouped, is_well_formed, new_code
from tests.factories import leads as some
from tests.factories.people import make_association, make_institution

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    association = make_association()
    with acting_for(association.pk):
        yield association


def days(number):
    move_practice_clock(actor=some.officer(), days=number)


def codes_of(lead, *, open_only=True):
    rows = deadlines_of("lead", lead.pk)
    return [row.code for row in (rows.filter(stopped_at__isnull=True) if open_only else rows)]


# -- drafts -----------------------------------------------------------------------------------------------------


def test_a_half_filled_draft_is_kept_and_nobody_sees_it():
    lead, code = lead_reports.save_lead_draft(actor=some.anybody(), code="", values={"facts": "写到一半"})
    assert is_well_formed(code)
    assert lead.state == LeadState.DRAFT
    assert not leads_visible_to(some.officer()).exists()
    assert "写到一半".encode() not in bytes(lead.facts_box)


def test_saving_again_changes_the_same_draft():
    lead, code = some.draft()
    again, same = lead_reports.save_lead_draft(
        actor=some.anybody(),
        code=grouped(code).lower(),
        values=some.TOLD | {"facts": "改过的事实，更清楚了。"},
    )
    assert (again.pk, same) == (lead.pk, code)
    assert lead_boxes.opened(Lead.objects.get(), "facts_box") == "改过的事实，更清楚了。"


def test_an_unknown_code_begins_a_new_draft_so_that_nothing_is_lost():
    _lead, code = lead_reports.save_lead_draft(actor=some.anybody(), code=new_code(), values=some.TOLD)
    assert lead_boxes.by_receipt(code) == Lead.objects.get()


def test_the_code_is_nowhere_in_the_database():
    lead, code = some.submitted(**some.NAMED)
    row = Lead.objects.filter(pk=lead.pk).values().get()
    stored = b"".join(bytes(value) for value in row.values() if isinstance(value, (bytes, memoryview)))
    assert code.encode() not in stored
    assert not any(code in str(value) for value in row.values())


def test_an_anonymous_draft_forgets_a_name_typed_before():
    lead, _code = some.draft(**(some.NAMED | {"named": False}))
    assert (bytes(lead.name_box), bytes(lead.phone_box), bytes(lead.mail_box)) == (b"", b"", b"")
    assert not lead.may_pass_identity


def test_a_name_that_stands_in_the_register_is_that_institution():
    institution = make_institution("演示万通培训中心")
    assert some.draft()[0].institution == institution
    other = make_institution("演示另一家")
    assert some.draft(institution_id=other.pk)[0].institution_name == "演示另一家"


def test_an_institution_of_the_neighbour_association_is_not_taken():
    with acting_for(make_association().pk):
        foreign = make_institution()
    assert some.draft(institution_id=foreign.pk)[0].institution is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"category": ""}, "category"),
        ({"category": "drop table"}, "category"),
        ({"institution_name": " \u200b "}, "institution_name"),
        ({"facts": "太短"}, "facts"),
        ({"named": True, "phone": "1"}, "name"),
        ({"named": True, "name": "某人"}, "phone"),
    ],
)
def test_what_is_missing_is_named_and_the_draft_stays(values, field):
    lead, code = some.draft(**values)
    with pytest.raises(InvalidInput) as refused:
        lead_reports.submit_lead(actor=some.anybody(), code=code)
    assert list(refused.value.fields) == [field]
    assert Lead.objects.get(pk=lead.pk).state == LeadState.DRAFT


def test_sent_twice_it_is_there_once():
    lead, code = some.submitted()
    assert lead_reports.submit_lead(actor=some.anybody(), code=code).pk == lead.pk
    assert leads_visible_to(some.officer()).count() == 1
    with pytest.raises(Refused):
        lead_reports.save_lead_draft(actor=some.anybody(), code=code, values={"facts": "改口"})


def test_the_article_of_the_day_is_kept_with_the_lead():
    assert some.submitted(category="certificate_fraud")[0].anchor == "《民办教育促进法实施条例》第二十九条"
    assert some.submitted(category="other")[0].anchor == ""


def test_old_drafts_go_and_sent_leads_stay():
    some.draft()
    kept, _code = some.submitted()
    days(9)
    fresh, _code = some.draft()
    some.daily_round()
    some.daily_round()
    assert set(Lead.objects.values_list("pk", flat=True)) == {kept.pk, fresh.pk}


# -- no finer time than the day, no trace of who ------------------------------------------------------------------


def test_an_informant_leaves_no_line_and_no_notice_before_the_daily_round():
    officer = some.officer()
    lead, code = some.submitted()
    lead_reports.answer_question(actor=some.anybody(), code=code, text="补充一句")
    assert not AuditEntry.objects.exists()
    assert not Notice.objects.exists()
    assert codes_of(lead) == []
    some.daily_round()
    assert codes_of(lead) == ["LEAD-SCREEN"]
    deadline = deadlines_of("lead", lead.pk).get()
    assert deadline.started_at == lead_boxes.start_of(lead.submitted_on)
    assert set(Notice.objects.values_list("user_id", flat=True)) == {officer.user_id}


def test_the_daily_round_twice_tells_once():
    some.officer()
    _lead, code = some.submitted()
    lead_reports.answer_question(actor=some.anybody(), code=code, text="补充一句")
    some.daily_round()
    told = Notice.objects.count()
    some.daily_round()
    assert Notice.objects.count() == told == 4  # submitted and answered, each at the desk and by mail


def test_the_queue_names_no_institution():
    some.submitted()
    some.daily_round()
    row = deadlines_of("lead", Lead.objects.get().pk).get()
    assert "万通" not in row.case_title + row.action + row.title


# -- exchange -----------------------------------------------------------------------------------------------------


def test_question_and_answer_by_the_receipt_code():
    lead, clerk, code = some.verifying()
    lead_handling.ask_informant(actor=clerk, lead_id=lead.pk, text="是哪个校区？")
    lead_reports.answer_question(actor=some.anybody(), code=code, text="演示路校区")
    assert [(one.speaker, one.text) for one in exchange_of(lead)] == [
        ("staff", "是哪个校区？"),
        ("informant", "演示路校区"),
    ]
    assert all("校区".encode() not in bytes(row.text_box) for row in LeadMessage.objects.all())


def test_a_wrong_code_an_unknown_one_and_a_neighbours_get_the_same_words(association):
    with acting_for(make_association().pk):
        _lead, foreign = some.submitted()
    sentences = set()
    for code in ("", "ABCD", new_code(), foreign, "\0" * 16):
        with pytest.raises(NotFound) as refused:
            lead_reports.answer_question(actor=some.anybody(), code=code, text="补充")
        sentences.add(refused.value.sentence)
    assert len(sentences) == 1


@pytest.mark.parametrize("text", ["", "  ", "\u200b"])
def test_nothing_said_is_refused(text):
    _lead, code = some.submitted()
    with pytest.raises(InvalidInput):
        lead_reports.answer_question(actor=some.anybody(), code=code, text=text)


def test_a_flood_of_answers_is_stopped():
    _lead, code = some.submitted()
    for _ in range(lead_reports.MOST_MESSAGES_A_DAY):
        lead_reports.answer_question(actor=some.anybody(), code=code, text="补充")
    with pytest.raises(Refused):
        lead_reports.answer_question(actor=some.anybody(), code=code, text="补充")


def test_after_the_decision_nothing_is_added():
    _lead, _clerk, code = some.decided()
    with pytest.raises(Refused):
        lead_reports.answer_question(actor=some.anybody(), code=code, text="补充")


def test_no_text_that_stays_in_clear_names_the_informant():
    lead, clerk, _code = some.verifying(**some.NAMED)
    named = {"actor": clerk, "lead_id": lead.pk, "reason": f"须向{some.NAME}核实"}
    for deed in (lead_handling.extend_lead_check, lead_handling.recuse_from_lead, unmask_informant):
        with pytest.raises(InvalidInput):
            deed(**named)
    with pytest.raises(InvalidInput) as refused:
        lead_handling.decide_lead(
            actor=clerk, lead_id=lead.pk, outcome="unfounded", grounds=f"{some.NAME}自己撤回"
        )
    assert list(refused.value.fields) == ["grounds"]
    assert not AuditEntry.objects.filter(reason__contains=some.NAME).exists()
    assert Lead.objects.get().state == LeadState.VERIFYING


def test_a_question_that_names_the_informant_is_refused():
    lead, clerk, _code = some.verifying(**some.NAMED)
    with pytest.raises(InvalidInput):
        lead_handling.ask_informant(actor=clerk, lead_id=lead.pk, text=f"{some.NAME}您好，是哪个校区？")
    assert not LeadMessage.objects.exists()
