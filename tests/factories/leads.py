"""线索: one as it is told, and one at each stage of its way. Nobody in it exists."""

from association.actors import system, visitor
from association.choices import Role
from association.tenancy import current_association_id
from complaints.choices.leads import LeadState
from complaints.models import Lead
from complaints.operations import lead_ending, lead_handling, lead_hearings, lead_reports, lead_round
from members.queries import called
from tests.factories.people import actor_with, make_institution

# A planted person: words that stand nowhere else.
NAME, PHONE, MAIL = "慕容线索人", "13911112222", "murong@example.org"
FACTS = "学校在招生时承诺一次通过包拿证，收费后不开发票。"
NAMED = {"named": True, "name": NAME, "phone": PHONE, "mail": MAIL}
TOLD = {
    "category": "promise",
    "institution_name": "演示万通培训中心",
    "institution_address": "演示路1号",
    "facts": FACTS,
    "when": "2026年2月",
    "where": "演示路校区",
}


def anybody():
    return visitor(current_association_id())


def draft(**values):
    """A saved draft and its code."""
    return lead_reports.save_lead_draft(actor=anybody(), code="", values=TOLD | values)


def submitted(**values):
    """A lead that was sent, and its receipt code."""
    lead, code = draft(**values)
    lead_reports.submit_lead(actor=anybody(), code=code)
    return Lead.objects.get(pk=lead.pk), code


def daily_round():
    lead_round.keep_leads(actor=system(current_association_id()))


def officer():
    return actor_with(Role.SECRETARIAT)


def verifying(clerk=None, **values):
    """Screened and in the hands of an officer: the lead, the officer and the code."""
    clerk = clerk or officer()
    lead, code = submitted(**values)
    lead_handling.screen_lead(actor=clerk, lead_id=lead.pk)
    lead_handling.assign_lead_officer(actor=clerk, lead_id=lead.pk, officer_id=clerk.user_id)
    return Lead.objects.get(pk=lead.pk), clerk, code


def named(lead, clerk):
    """The institution of the register that is meant: the one of that name, or a new one."""
    meant = called(lead.institution_name) or [make_institution(lead.institution_name)]
    if lead.institution_id is None:
        lead_handling.identify_lead_institution(actor=clerk, lead_id=lead.pk, institution_id=meant[0].pk)
    return Lead.objects.get(pk=lead.pk)


def asked(institution):
    """The institution was told what a lead alleges, and is asked for its view."""
    lead, clerk, _code = verifying(institution_name=institution.name)
    return lead_hearings.hear_institution(actor=clerk, lead_id=named(lead, clerk).pk, words="拟认定")


def heard(lead, clerk, words="宣传页写有“包过”字样，拟责令撤下。"):
    """The institution was told, and said with its account what it had to say."""
    lead = named(lead, clerk)
    own = actor_with(Role.INSTITUTION_ADMIN, lead.institution)
    hearing = lead_hearings.hear_institution(actor=clerk, lead_id=lead.pk, words=words)
    lead_hearings.state_hearing(actor=own, hearing_id=hearing.pk, statement="已撤下宣传页。")
    return Lead.objects.get(pk=lead.pk)


def decided(outcome=LeadState.UNFOUNDED, **values):
    lead, clerk, code = verifying(**values)
    if outcome == LeadState.HANDLED:
        heard(lead, clerk)
    lead_handling.decide_lead(
        actor=clerk,
        lead_id=lead.pk,
        outcome=outcome,
        grounds="已到现场核对",
        facts="宣传页写有“包过”字样",
        measure="责令撤下宣传页并书面检讨",
    )
    return Lead.objects.get(pk=lead.pk), clerk, code


def referred(authority="演示区市场监督管理局", number="演培促函〔2026〕8号", **values):
    lead, clerk, code = verifying(**values)
    referral = lead_ending.refer_lead(
        actor=clerk,
        lead_id=lead.pk,
        authority=authority,
        document_number=number,
        summary="招生页面承诺包过，截图附后。",
        grounds="属于广告监管职责",
    )
    return referral, clerk, code


def archived(**values):
    lead, clerk, code = decided(**values)
    lead_ending.give_lead_feedback(actor=clerk, lead_id=lead.pk, text="经核查，未发现所述情形。")
    lead_ending.archive_lead(actor=clerk, lead_id=lead.pk)
    return Lead.objects.get(pk=lead.pk), clerk, code
