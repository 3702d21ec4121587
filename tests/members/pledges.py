"""Material for tests of 自律公约: two of the secretariat, a draft, an adopted version, members who may sign."""

from association import clock, pledge
from association.choices import Role
from members import operations
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


def matrix_of():
    """For the matrix of addresses: an adopted version, and a draft with a flag."""
    desk = Desk(members=1)
    desk.adopted()
    desk.draft(FLAGGED)
