"""演示公约: a version that the members' meeting adopted, and a draft of the next with words to be cleared."""

from association import clock, pledge
from association.rules.clock import beijing
from disclosure.management.demo.answers import evidence
from disclosure.management.demo.story import Cast
from members import operations
from members.queries.membership import members_on

TITLE = "演示行业自律公约"
PREAMBLE = "演示文本：为维护学员权益，促进行业诚信经营，会员大会通过本公约，由会员共同遵守。"
ADOPTED = """第一条 依法取得办学许可或者登记，在许可的范围和地点办学，公示证照。
第二条 公开收费项目、标准和退费办法，明码标价，不在公示之外收取费用。
第三条 使用合同示范文本，不规定“概不退费”等免除自身责任的条款。
第四条 学员依约退费的，十五个工作日内按原路退回。
第五条 宣传真实，不承诺保过、包拿证，不制造焦虑。
第六条 接受协会的诚信等级评估，接受会员和社会监督。"""
NEXT = f"{ADOPTED}\n第七条 在许可证载明的区域办学，不得跨区招生。"


def tell(cast: Cast) -> None:
    secretary = cast.actor("mishu")
    with clock.rehearsing(cast.at(-420)):
        draft = pledge.save_pledge_draft(actor=secretary, title=TITLE, preamble=PREAMBLE, text=ADOPTED)
    with clock.rehearsing(cast.at(-400, 8)):
        day = beijing(cast.at(-400)).date()
        members = members_on(day)
        operations.adopt_version(
            actor=secretary,
            version_id=draft.pk,
            meeting="演示：第一次会员大会",
            met_on=day,
            effective_on=day,
            entitled=members,
            votes_for=members,
            votes_against=0,
            abstentions=0,
            minutes=evidence(),
        )
    with clock.rehearsing(cast.at(-2, 14)):
        pledge.save_pledge_draft(actor=secretary, title=TITLE, preamble=PREAMBLE, text=NEXT)
