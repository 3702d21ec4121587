"""Material for tests of 自律公约: two of the secretariat, a draft, an adopted version, members who may sign."""

from association import clock, pledge
from association.choices import Role
from association.locker import store_document
from members import operations
from members.models import PledgeBreach, PledgeCeremony
from members.queries.decisions import decision_shown
from tests.factories.people import actor_with, make_institution
from tests.members.joining import FOUNDED, upload

TEXT = "第一条 依法取得办学许可，公示收费项目。\n第二条 按合同约定退费，原路退回。\n第三条 不作虚假宣传。"
FLAGGED = TEXT + "\n第四条 不得跨区招生。"


class Desk:
    """Two members of staff and the members that are there."""

    def __init__(self, members=3):
        self.clerk, self.second = actor_with(Role.SECRETARIAT), actor_with(Role.SECRETARIAT)
        self.members = [self.member() for _ in range(members)]
        self.signers = [actor_with(Role.INSTITUTION_ADMIN, one) for one in self.members]

    def member(self):
        found = make_institution()
        operations.admit_member(actor=self.clerk, institution_id=found.pk, from_on=FOUNDED)
        return found

    def draft(self, text=TEXT, seen="", **values):
        given = {"title": "行业自律公约", "text": text, "preamble": "为维护学员权益，制定本公约。"} | values
        return pledge.save_pledge_draft(actor=self.clerk, seen=seen, **given)

    def clear(self, version):
        for flag in version.flags.filter(cleared_by__isnull=True):
            pledge.clear_pledge_wording(
                actor=self.second, flag_id=flag.pk, reason="许可证载明的地域，是法律的要求"
            )

    def adopt(self, version, **values):
        today = clock.today()
        given = {
            "meeting": "第一次会员大会", "met_on": today, "effective_on": today, "entitled": len(self.members),
            "votes_for": len(self.members), "votes_against": 0, "abstentions": 0, "minutes": upload("决议.jpg"), "remark": "",
        }  # fmt: skip
        return operations.adopt_version(actor=self.clerk, version_id=version.pk, **(given | values))

    def adopted(self, text=TEXT, **values):
        return self.adopt(self.draft(text), **values)


def signatory(institution):
    """The institution is a member and has signed the pledge of today, by somebody who acts for it: that person."""
    desk, today = Desk(members=1), clock.today()
    operations.admit_member(actor=desk.clerk, institution_id=institution.pk, from_on=FOUNDED)
    version = desk.adopted(remark="别处的会员也在名册")
    operations.open_signing(actor=desk.clerk, title="签署仪式", opens_on=today, closes_on=today)
    signer = actor_with(Role.INSTITUTION_ADMIN, institution)
    operations.sign_pledge(actor=signer, institution_id=institution.pk, sha256=version.sha256)
    return signer


def decision_now(breach_id):
    """What the page of whoever decides shows at this moment."""
    return decision_shown(PledgeBreach.objects.get(pk=breach_id))


def decided_breach(desk):
    """劝诫 of the first member, under the second clause, after a defence on paper."""
    which = {
        "breach_id": operations.allege_breach(
            actor=desk.clerk, institution_id=desk.members[0].pk, clause_place=2, facts="演示"
        ).pk
    }
    operations.notice_breach(actor=desk.clerk, notice="演示告知", **which)
    operations.register_defence(
        actor=desk.clerk, defence="演示申辩", received_on=clock.today(), paper=upload("申辩.jpg"), **which
    )
    operations.hear_breach(actor=desk.clerk, hearing="演示听取", **which)
    operations.propose_decision(
        actor=desk.clerk, sanction="admonition", grounds="演示理由", charter_clause="第十二条", **which
    )
    return operations.decide_breach(actor=desk.second, shown=decision_now(which["breach_id"]), **which).breach


def matrix_of():
    """For the matrix of addresses: a version with a signature, one on paper that waits, its document; and a flagged draft."""
    desk, today = Desk(members=2), clock.today()
    version = desk.adopted(remark="别处的会员也在名册")
    ceremony = operations.open_signing(actor=desk.clerk, title="签署仪式", opens_on=today, closes_on=today)
    operations.sign_pledge(actor=desk.signers[0], institution_id=desk.members[0].pk, sha256=version.sha256)
    operations.register_paper_signature(
        actor=desk.clerk, institution_id=desk.members[1].pk, signer_name="演示校长", signer_role="校长",
        signed_on=today, scan=upload("签字页.jpg"),
    )  # fmt: skip
    breach = operations.allege_breach(
        actor=desk.clerk, institution_id=desk.members[0].pk, clause_place=1, facts="演示"
    )
    operations.notice_breach(actor=desk.clerk, breach_id=breach.pk, notice="演示告知")
    decided = decided_breach(desk)
    operations.close_signing(actor=desk.clerk, ceremony_id=ceremony.pk)
    made = store_document(
        actor=desk.clerk,
        data=b"%PDF-1.7",
        name="签署文本.pdf",
        media_type="application/pdf",
        institution_id=None,
    )
    PledgeCeremony.objects.filter(pk=ceremony.pk).update(record=made)
    desk.draft(FLAGGED)
    return {"pledge_record": ceremony.pk, "breach": breach.pk, "breach_decided": decided.pk}
