"""演示公约: a first version signed at a meeting, a second that most have signed in the changed clauses, one on paper, a flagged draft."""

from association import clock, pledge
from association.actors import Actor
from association.rules.clock import beijing
from disclosure.management.demo import breaches
from disclosure.management.demo.answers import evidence
from disclosure.management.demo.story import Cast
from members import operations
from members.queries.membership import members_on

TITLE = "演示行业自律公约"
PREAMBLE = "演示文本：为维护学员权益，促进行业诚信经营，会员大会通过本公约，由会员自愿签署、共同遵守。"
FIRST = """第一条 依法取得办学许可或者登记，在许可的范围和地点办学，公示证照。
第二条 公开收费项目、标准和退费办法，明码标价，不在公示之外收取费用。
第三条 使用合同示范文本，不规定“概不退费”等免除自身责任的条款。
第四条 学员依约退费的，十五个工作日内按原路退回。
第五条 宣传真实，不承诺保过、包拿证，不制造焦虑。
第六条 接受预收资金存管和协会的诚信等级评估，接受会员和社会监督。"""
SECOND = FIRST.replace("十五个工作日内", "十个工作日内") + "\n第七条 妥善保护学员的个人信息，不出售、不滥用。"
NEXT = SECOND + "\n第八条 在许可证载明的区域办学，不得跨区招生。"


def tell(cast: Cast, ids: list[int], people: list[Actor]) -> None:
    """``people``: administrators of the institutions in their order; the last institution is no member."""
    _adopted(cast, FIRST, -440, "演示：第一次会员大会")
    _signed(cast, ids[:5], people[:5], -440, days=7)
    _adopted(cast, SECOND, -40, "演示：第二次会员大会")
    breaches.tell(cast, ids, people)
    _signed(cast, ids[1:5], people[1:5], -12, days=40)
    _on_paper(cast, ids[6], -8)
    with clock.rehearsing(cast.at(-2, 14)):
        pledge.save_pledge_draft(actor=cast.actor("mishu"), title=TITLE, preamble=PREAMBLE, text=NEXT)


def _adopted(cast: Cast, text: str, days: int, meeting: str) -> None:
    with clock.rehearsing(cast.at(days - 20)):
        draft = pledge.save_pledge_draft(actor=cast.actor("mishu"), title=TITLE, preamble=PREAMBLE, text=text)
    with clock.rehearsing(cast.at(days, 8)):
        day = beijing(cast.at(days)).date()
        members = members_on(day)
        operations.adopt_version(
            actor=cast.actor("mishu"),
            version_id=draft.pk,
            meeting=meeting,
            met_on=day,
            effective_on=day,
            entitled=members,
            votes_for=members,
            votes_against=0,
            abstentions=0,
            minutes=evidence(),
        )


def _signed(cast: Cast, ids: list[int], people: list[Actor], day: int, *, days: int) -> None:
    """A ceremony that these sign in; one whose window is over has its document."""
    with clock.rehearsing(cast.at(day)):
        ceremony = operations.open_signing(
            actor=cast.actor("mishu"),
            title="演示：会员大会签署仪式",
            opens_on=beijing(cast.at(day)).date(),
            closes_on=beijing(cast.at(day + days)).date(),
        )
    for place, (institution_id, actor) in enumerate(zip(ids, people, strict=True)):
        with clock.rehearsing(cast.at(day, 10 + place)):
            operations.sign_pledge(actor=actor, institution_id=institution_id, sha256=ceremony.version.sha256)
    if day + days < 0:
        with clock.rehearsing(cast.at(day + days + 1)):
            secretary = cast.actor("mishu")
            operations.close_signing(actor=secretary, ceremony_id=ceremony.pk)


def _on_paper(cast: Cast, institution_id: int, days: int) -> None:
    with clock.rehearsing(cast.at(days)):
        operations.register_paper_signature(
            actor=cast.actor("mishu"),
            institution_id=institution_id,
            signer_name="演示校长",
            signer_role="校长",
            signed_on=beijing(cast.at(days)).date(),
            scan=evidence(),
        )
