"""演示账号: one person for every role, the same in both associations."""

from dataclasses import dataclass
from datetime import date

from association.actors import Actor, actor_of
from association.choices import INSTITUTION_ROLES, Role
from association.models import Appointment, User
from association.tenancy import current_association_id

PASSWORD = "yanshi-demo-2026"  # noqa: S105 - printed on the screen of the demo, which is refused elsewhere
SINCE = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Person:
    """A demo account: ``key`` is the first part of its address."""

    key: str
    name: str
    role: Role
    finds: str
    # Acts for the institution that most of the demo is about; the others are appointed where their story begins.
    is_of_own: bool = True

    @property
    def email(self) -> str:
        return f"{self.key}@yanshi.example"


PEOPLE = (
    Person("mishu", "演示秘书", Role.SECRETARIAT, "协会工作台：轮次、指派、公示、提请公布"),
    Person(
        "ganshi",
        "演示干事",
        Role.SECRETARIAT,
        "秘书处的第二人：核定公约用语、核对纸质签署、作出违约决定、复核异议",
    ),
    Person("zhuanyuan", "演示专员", Role.SECRETARIAT, "秘书处的第三人：确认他人支持的异议，认定不再作数"),
    Person("shenji", "演示审计", Role.AUDITOR, "办理记录和各项决定的依据：只读，不打开文件，不看个人信息"),
    Person("zhuren", "演示主任", Role.COMMITTEE_CHAIR, "综合评定、第二签署、批准公布"),
    Person("weiyuan", "演示委员", Role.COMMITTEE, "综合评定、答复申辩与异议"),
    Person("quping", "演示区评", Role.DISTRICT_REVIEWER, "区评任务（培委会）"),
    Person("pinggu1", "演示评估员甲", Role.ASSESSOR, "复评任务"),
    Person("pinggu2", "演示评估员乙", Role.ASSESSOR, "复评任务"),
    Person("pinggu3", "演示评估员丙", Role.ASSESSOR, "复评任务"),
    Person("tiaojie", "演示调解员", Role.MEDIATOR, "调解投诉：约期、记录、拟协议"),
    Person("lishi1", "演示理事甲", Role.COUNCIL, "理事会表决：入会申请"),
    Person("lishi2", "演示理事乙", Role.COUNCIL, "理事会表决：已投票的一项"),
    Person("lishi3", "演示理事丙", Role.COUNCIL, "理事会表决：入会申请"),
    Person("jigou", "演示机构管理员", Role.INSTITUTION_ADMIN, "自评、补正、申辩、为什么是这个等级"),
    Person("jingban", "演示机构经办人", Role.INSTITUTION_STAFF, "填写自评（不能提交）"),
    Person(
        "shenqing",
        "演示申请机构管理员",
        Role.INSTITUTION_ADMIN,
        "入会申请：草稿待提交（朝阳）",
        is_of_own=False,
    ),
)
BY_KEY = {person.key: person for person in PEOPLE}


def accounts() -> dict[str, User]:
    """Every demo account, made once."""
    found = {}
    for person in PEOPLE:
        user = User.objects.filter(email=person.email).first()
        found[person.key] = user or User.objects.create_user(person.email, PASSWORD, own_name=person.name)
    return found


def take_office(users: dict[str, User]) -> None:
    """The first appointments in the association at hand: those who work for it."""
    for person in PEOPLE:
        if person.role not in INSTITUTION_ROLES:
            Appointment.objects.create(
                user=users[person.key], name=person.name, role=person.role, from_on=SINCE
            )


def represent(users: dict[str, User], own: int) -> None:
    """The people of one institution."""
    for person in PEOPLE:
        if person.role in INSTITUTION_ROLES and person.is_of_own:
            Appointment.objects.create(
                user=users[person.key],
                name=person.name,
                role=person.role,
                institution_id=own,
                from_on=SINCE,
            )


def act_for(institution_id: int, number: int) -> Actor:
    """An administrator of one of the other demo institutions."""
    email = f"jigou{number}-{current_association_id()}@yanshi.example"
    user = User.objects.filter(email=email).first()
    if user is None:
        name = f"演示机构{number}管理员"
        user = User.objects.create_user(email, own_name=name)
        Appointment.objects.create(
            user=user,
            name=name,
            role=Role.INSTITUTION_ADMIN,
            institution_id=institution_id,
            from_on=SINCE,
        )
    return actor_of(user, current_association_id())
