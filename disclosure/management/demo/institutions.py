"""演示机构: fictitious, said so in the name, with well-formed codes that belong to nobody."""

from datetime import date

from association import clock
from common import uscc
from disclosure.management.demo.story import Cast
from members import operations
from members.choices import Field

CHAOYANG = (
    ("演示晨光职业技能培训学校", Field.SKILLS),
    ("演示启明职业培训学校", Field.SKILLS),
    ("演示博文专业技术培训中心", Field.PROFESSIONAL),
    ("演示远航职业技能培训学校", Field.SKILLS),
    ("演示青禾美容美发培训学校", Field.SKILLS),
    ("演示安泰消防职业培训学校", Field.SKILLS),
    ("演示恒信会计培训中心", Field.PROFESSIONAL),
    ("演示众诚家政服务培训学校", Field.SKILLS),
)
BRANCH = (
    ("演示筑匠建造培训有限公司", Field.PROFESSIONAL),
    ("演示药师之家教育科技有限公司", Field.PROFESSIONAL),
    ("演示正衡资格考试培训有限公司", Field.PROFESSIONAL),
    ("演示知远职业教育有限公司", Field.PROFESSIONAL),
    ("演示卓越工程教育有限公司", Field.PROFESSIONAL),
    ("演示明德继续教育有限公司", Field.PROFESSIONAL),
)
REGION = "110105"


def register(cast: Cast, names: tuple[tuple[str, Field], ...], *, first: int) -> list[int]:
    """登记, numbered from ``first``; all but the last are members. Returns their ids."""
    with clock.rehearsing(cast.at(-500)):
        actor = cast.actor("mishu")
        found = [
            operations.register_institution(
                actor=actor,
                name=name,
                uscc=uscc.with_body_check_digit(f"52{REGION}99{number:06d}"),
                field=field,
                region_code=REGION,
                is_demo=True,
            ).pk
            for number, (name, field) in enumerate(names, first)
        ]
        for institution_id in found[:-1]:
            operations.admit_member(actor=actor, institution_id=institution_id, from_on=date(2024, 3, 1))
    return found
