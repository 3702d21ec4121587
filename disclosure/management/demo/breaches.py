"""演示违约: one breach of the pledge at each step, so that every page has something to show; 演示晨光 may answer its own."""

from association import clock
from association.actors import Actor
from disclosure.management.demo.answers import evidence
from disclosure.management.demo.story import Cast
from members import operations
from members.access import breaches_visible_to
from members.queries.decisions import decision_shown

CHARTER = "演示章程第二十一条"
ANSWER = "演示：情况属实，已经改正。"


def tell(cast: Cast, ids: list[int], people: list[Actor]) -> None:
    """``people``: administrators of the institutions in their order."""
    _told(cast, ids[0], -3, 4, "演示：一名学员的退费逾期九天。")
    _alleged(cast, ids[2], -1, 2, "演示：两项收费没有公示。")
    _heard(cast, ids[1], people[1], -9, 5, "演示：宣传页写有“保过”字样。")
    waiting = _heard(cast, ids[1], people[1], -20, 2, "演示：一项收费高于公示的标准。")
    _proposed(cast, waiting, -14, "warning")
    late = _heard(cast, ids[3], people[3], -30, 3, "演示：合同写有“概不退费”。")
    _decided(cast, late, -22, "rectification")
    old = _heard(cast, ids[4], None, -34, 1, "演示：证照没有公示。")
    _decided(cast, old, -26, "admonition")


def _alleged(cast: Cast, institution_id: int, day: int, clause: int, facts: str) -> int:
    with clock.rehearsing(cast.at(day)):
        breach = operations.allege_breach(
            actor=cast.actor("mishu"), institution_id=institution_id, clause_place=clause, facts=facts
        )
    return breach.pk


def _told(cast: Cast, institution_id: int, day: int, clause: int, facts: str) -> int:
    breach_id = _alleged(cast, institution_id, day, clause, facts)
    with clock.rehearsing(cast.at(day, 11)):
        notice = f"{facts}拟按章程作出处分，请陈述申辩。"
        operations.notice_breach(actor=cast.actor("mishu"), breach_id=breach_id, notice=notice)
    return breach_id


def _heard(cast: Cast, institution_id: int, own: Actor | None, day: int, clause: int, facts: str) -> int:
    """``own``: who answers for the institution; None where it answers on paper."""
    breach_id = _told(cast, institution_id, day, clause, facts)
    with clock.rehearsing(cast.at(day + 3)):
        if own is not None:
            operations.defend_breach(actor=own, breach_id=breach_id, defence=ANSWER)
        else:
            operations.register_defence(
                actor=cast.actor("mishu"),
                breach_id=breach_id,
                defence=ANSWER,
                received_on=clock.today(),
                paper=evidence(),
            )
    with clock.rehearsing(cast.at(day + 4)):
        operations.hear_breach(
            actor=cast.actor("mishu"), breach_id=breach_id, hearing="演示：书面听取，机构承认并已改正。"
        )
    return breach_id


def _proposed(cast: Cast, breach_id: int, day: int, sanction: str) -> None:
    with clock.rehearsing(cast.at(day)):
        operations.propose_decision(
            actor=cast.actor("mishu"),
            breach_id=breach_id,
            sanction=sanction,
            grounds="演示：事实清楚，机构已经改正，从轻处理。",
            charter_clause=CHARTER,
        )


def _decided(cast: Cast, breach_id: int, day: int, sanction: str) -> None:
    _proposed(cast, breach_id, day, sanction)
    with clock.rehearsing(cast.at(day, 15)):
        operations.decide_breach(
            actor=cast.actor("ganshi"),
            breach_id=breach_id,
            shown=decision_shown(breaches_visible_to(cast.actor("ganshi")).get(pk=breach_id)),
        )
