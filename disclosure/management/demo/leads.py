"""演示线索: one that waits to be screened, one under check with a question, one closed. Nobody in them exists."""

from collections.abc import Mapping
from typing import Any

from association import clock
from association.actors import system, visitor
from association.tenancy import current_association_id
from complaints.choices.leads import LeadState
from complaints.operations import lead_ending, lead_handling, lead_reports, lead_round
from disclosure.management.demo.story import Cast

WAITING = {
    "category": "promise",
    "institution_name": "演示万通考证中心",
    "institution_address": "演示路1号",
    "facts": "演示线索：招生老师承诺“包过包拿证，不过全退”，合同里没有这一条。",
    "when": "本月上旬",
    "where": "演示直播间",
}
CHECKED = {
    "category": "certificate_fraud",
    "institution_name": "演示捷成教育咨询有限公司",
    "facts": "演示线索：报考材料由机构代填，工作年限不实，每人另收费。",
    "when": "秋季班",
    "named": True,
    "name": "演示线索人",
    "phone": "13900000000",
}
CLOSED = {
    "category": "refund",
    "institution_name": "演示不在册培训部",
    "facts": "演示线索：退费申请一直没有答复，电话无人接听。",
}


def tell(cast: Cast) -> None:
    closed, _code = _reported(cast, CLOSED, -40)
    checked, code = _reported(cast, CHECKED, -9)
    _closed(cast, closed)
    _checked(cast, checked, code)
    _reported(cast, WAITING, -1)


def _reported(cast: Cast, values: Mapping[str, Any], days: int) -> tuple[int, str]:
    """Told on that day, taken in on the next morning. Its id and receipt code."""
    with clock.rehearsing(cast.at(days, 20)):
        anybody = visitor(current_association_id())
        lead, code = lead_reports.save_lead_draft(actor=anybody, code="", values=values)
        lead_reports.submit_lead(actor=anybody, code=code)
    with clock.rehearsing(cast.at(days + 1, 8)):
        lead_round.keep_leads(actor=system(current_association_id()))
    return lead.pk, code


def _begin(cast: Cast, lead_id: int, days: int) -> None:
    with clock.rehearsing(cast.at(days)):
        secretary = cast.actor("mishu")
        lead_handling.screen_lead(actor=secretary, lead_id=lead_id)
        lead_handling.assign_lead_officer(actor=secretary, lead_id=lead_id, officer_id=secretary.person_id)


def _checked(cast: Cast, lead_id: int, code: str) -> None:
    _begin(cast, lead_id, -7)
    with clock.rehearsing(cast.at(-6)):
        lead_handling.ask_informant(
            actor=cast.actor("mishu"), lead_id=lead_id, text="请问是哪一期的报考材料？有没有缴费凭证？"
        )
    with clock.rehearsing(cast.at(-4, 21)):
        lead_reports.answer_question(
            actor=visitor(current_association_id()), code=code, text="下半年那一期，凭证在找。"
        )


def _closed(cast: Cast, lead_id: int) -> None:
    _begin(cast, lead_id, -36)
    with clock.rehearsing(cast.at(-30)):
        secretary = cast.actor("mishu")
        lead_handling.decide_lead(
            actor=secretary,
            lead_id=lead_id,
            outcome=LeadState.INSUFFICIENT,
            grounds="演示：地址和名称均查不到，提供人没有补充。",
        )
        lead_ending.give_lead_feedback(
            actor=secretary, lead_id=lead_id, text="现有线索无法核查。若有合同或缴费凭证，请另行提供。"
        )
        lead_ending.archive_lead(actor=secretary, lead_id=lead_id)
