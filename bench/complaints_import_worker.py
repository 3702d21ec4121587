"""One clerk, one file, one decision: the seconds of looking and of loading."""

import json
import time

import django

django.setup()

from association.choices import Role  # noqa: E402 - after the settings
from association.tenancy import acting_for  # noqa: E402
from common.spreadsheet import write_csv  # noqa: E402
from complaints import operations  # noqa: E402
from complaints.models import Complaint  # noqa: E402
from tests.factories.people import actor_with, make_association, make_institution  # noqa: E402

ORDERS, INSTITUTIONS = 15_275, 120
HEADINGS = (
    "工单编号", "来电日期", "办理时限", "诉求人", "联系电话", "联系地址", "被反映单位", "诉求内容", "诉求目的", "事项",
    "已付金额（元）", "要求退还（元）",
)  # fmt: skip
FACTS = "报名参加职业技能培训后学校停课，多次要求退还未上课程的费用，学校以各种理由推脱，至今没有答复，请求协调处理。"


def measure() -> dict[str, float]:
    association = make_association("bench")
    with acting_for(association.pk):
        clerk = actor_with(Role.SECRETARIAT)
        names = [make_institution().name for _ in range(INSTITUTIONS)]
    data = write_csv(HEADINGS, [_row(number, names) for number in range(ORDERS)])
    began = time.perf_counter()
    with acting_for(association.pk):
        report = operations.import_orders(actor=clerk, data=data, filename="orders.csv")
    looked = time.perf_counter()
    with acting_for(association.pk):
        operations.load_orders(actor=clerk, batch_id=report.batch.pk)
    loaded = time.perf_counter()
    with acting_for(association.pk):
        if Complaint.objects.count() != ORDERS:
            raise RuntimeError("not all orders were loaded")
    return {"look": looked - began, "load": loaded - looked}


def _row(number: int, names: list[str]) -> list[object]:
    """Amounts around 3,750 yuan a case, as in the year that is counted after."""
    return [
        f"BJ2025{number:010d}",
        "2025-03-03",
        f"2025-03-{10 + number % 10}",
        "演示诉求人",
        f"139{number:08d}",
        f"北京市朝阳区演示路{number}号",
        names[number % len(names)],
        FACTS,
        "退还未上课程的费用。",
        "退费",
        4_000 + number % 9_000,
        1_500 + number % 4_500,
    ]


if __name__ == "__main__":
    print(json.dumps(measure()))
