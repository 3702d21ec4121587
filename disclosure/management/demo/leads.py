"""演示线索: one that waits to be screened, one under check with a question, one closed; and two about 演示晨光, which
it was told of: one that it may state its view on, one whose finding it objects to. Nobody in them exists.
"""

from collections.abc import Mapping
from typing import Any

from association import clock
from association.actors import system, visitor
from association.tenancy import current_association_id
from complaints.access.leads import hearings_visible_to
from complaints.choices.leads import LeadState
from complaints.operations import lead_ending, lead_handling, lead_hearings, lead_reports, lead_round
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
HEARD = {
    "category": "no_voucher",
    "facts": "演示线索：交费以后没有给收据，也没有签合同。",
    "when": "上个月",
    "where": "演示前台",
}
OBJECTED = {
    "category": "void_terms",
    "facts": "演示线索：报名表上印着“报名以后概不退费”。",
    "when": "今年的班",
}


def tell(cast: Cast, institution: str) -> None:
    """``institution``: the name in the register of the one that visitors of the demo act for."""
    closed, _code = _reported(cast, CLOSED, -40)
    checked, code = _reported(cast, CHECKED, -9)
    _closed(cast, closed)
    _checked(cast, checked, code)
    objected, _code = _reported(cast, OBJECTED | {"institution_name": institution}, -36)
    _objected(cast, objected)
    told, _code = _reported(cast, HEARD | {"institution_name": institution}, -12)
    _begin(cast, told, -10)
    _heard(cast, told, -1, "演示：拟认定收费不出具凭证、不签合同，拟约谈并要求补签。")
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


def _heard(cast: Cast, lead_id: int, days: int, words: str) -> int:
    """听取意见 before it is handled: the institution reads it today. The id of what it is asked."""
    with clock.rehearsing(cast.at(days)):
        asked = lead_hearings.hear_institution(actor=cast.actor("mishu"), lead_id=lead_id, words=words)
    return asked.pk


def _objected(cast: Cast, lead_id: int) -> None:
    """Found by 演示秘书, objected to by the institution: two others of the secretariat may set it aside."""
    _begin(cast, lead_id, -34)
    asked = _heard(cast, lead_id, -31, "演示：拟认定报名表含有“概不退费”的条款，拟要求删去。")
    with clock.rehearsing(cast.at(-29)):
        lead_hearings.state_hearing(
            actor=cast.actor("jigou"), hearing_id=asked, statement="演示：那是旧的报名表，早已停用。"
        )
    with clock.rehearsing(cast.at(-22)):
        lead_handling.decide_lead(
            actor=cast.actor("mishu"),
            lead_id=lead_id,
            outcome=LeadState.HANDLED,
            grounds="演示：核对了报名表，条款仍在使用。",
            facts="演示：报名表含有“概不退费”的条款。",
            measure="演示：约谈负责人，要求删去。",
        )
    with clock.rehearsing(cast.at(-14)):
        actor = cast.actor("jigou")
        found = hearings_visible_to(actor).filter(lead_id=lead_id).exclude(pk=asked).get()
        lead_hearings.state_hearing(
            actor=actor,
            hearing_id=found.pk,
            statement="演示：核对的是旧表，现在使用的报名表没有这一条。",
        )
