"""演示的会员工作簿: looked at and waiting for a decision, with one row to be mended. All names are made up."""

from datetime import date

from association import clock
from association.rules.clock import beijing
from common import uscc
from common.spreadsheet import write_book
from disclosure.management.demo.institutions import REGION
from disclosure.management.demo.story import Cast
from members import operations

FIRST = 900
NAMES = ("演示名册甲培训学校", "演示名册乙培训中心", "演示名册丙职业学校")
MEETING = "演示：第一次会员大会决议"


def tell(cast: Cast) -> None:
    with clock.rehearsing(cast.at(-1, 15)):
        operations.look_at_book(
            actor=cast.actor("mishu"),
            data=_workbook(beijing(cast.at(-700)).date()),
            filename="演示会员名册.xlsx",
            source="演示：以前的会员名册",
            known_on=beijing(cast.at(-2)).date(),
        )


def _workbook(since: date) -> bytes:
    """The third has a code that is too short: it and its membership are to be mended."""
    codes = [uscc.with_body_check_digit(f"52{REGION}99{FIRST + place:06d}") for place in range(2)]
    rows = list(zip(NAMES, [*codes, "52110105"], strict=True))
    return write_book(
        {
            "机构": (
                ("机构名称", "统一社会信用代码", "类别", "所在地区"),
                [(name, code, "职业技能类", REGION) for name, code in rows],
            ),
            "曾用名": (("机构名称", "曾用名"), [(NAMES[0], "演示名册甲补习班")]),
            "会籍": (
                ("机构名称", "会员级别", "自", "依据"),
                [(name, "会员单位", since, MEETING) for name in NAMES],
            ),
            "任职": (("机构名称", "职务", "自", "依据"), [(NAMES[1], "发起单位", since, MEETING)]),
        }
    )
