"""12345工单: rows read one by one; a fault names its place and never what stood there."""

from datetime import date, time

import pytest

from common.errors import InvalidInput
from complaints.rules.orders import COLUMNS, headings_found, read_orders

TODAY = date(2026, 3, 2)
HEADINGS = [called[0] for called in COLUMNS.values()]
FOUND = headings_found(HEADINGS)


def row(**cells):
    values = {
        "number": "BJ20260301000001",
        "received_on": "2026-03-01 09:30:00",
        "due_on": "2026年3月11日",
        "name": "张三",
        "phone": "13912345678",
        "address": "北京市朝阳区某街1号",
        "respondent": "演示培训学校",
        "facts": "停课后不退费。",
        "subject": "退费",
        "paid": "12,800.50",
        "claimed": "9600元",
    } | cells
    return {FOUND[name]: text for name, text in values.items()}


def read(*rows, imported=()):
    lines = list(range(2, 2 + len(rows)))
    return read_orders(rows, lines, FOUND, {"退费": "refund"}, set(imported), TODAY)


def test_a_good_row_is_an_order():
    (order,) = read(row()).good
    assert (order.number, order.received_on, order.due_on) == (
        "BJ20260301000001",
        date(2026, 3, 1),
        date(2026, 3, 11),
    )
    assert (order.paid_fen, order.claimed_fen, order.subject, order.harmed_on) == (
        12_800_50,
        9_600_00,
        "refund",
        None,
    )


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ({"number": "=1+1"}, ["工单编号"]),
        ({"number": ""}, ["工单编号"]),
        ({"received_on": "昨天"}, ["来电日期"]),
        ({"received_on": "2026-02-30"}, ["来电日期"]),
        ({"received_on": "2026112"}, ["来电日期"]),
        ({"received_on": "2026-01-02 至 2026-01-09"}, ["来电日期"]),
        ({"due_on": "2026-03-11 25:00"}, ["办理时限"]),
        ({"due_on": "2026-03-11 24:30"}, ["办理时限"]),
        ({"facts": "【末尾几位已被Excel改写】20261120000000000000"}, ["诉求内容"]),
        ({"due_on": "2026-03/11"}, ["办理时限"]),
        ({"received_on": "2026-03-03"}, ["来电日期"]),
        ({"due_on": "2026-02-01"}, ["办理时限"]),
        ({"due_on": ""}, ["办理时限"]),
        ({"name": '=HYPERLINK("x")'}, ["诉求人"]),
        ({"name": "<script>"}, ["诉求人"]),
        ({"phone": "12345"}, ["联系电话"]),
        ({"respondent": ""}, ["被反映单位"]),
        ({"facts": ""}, ["诉求内容"]),
        ({"paid": "一万"}, ["已付金额（元）"]),
        ({"paid": "-5"}, ["已付金额（元）"]),
        ({"claimed": "99999999999"}, ["要求退还（元）"]),
        ({"harmed_on": "2027-01-01"}, ["事发日期"]),
        ({"name": "", "phone": "", "facts": ""}, ["诉求人", "联系电话", "诉求内容"]),
    ],
)
def test_each_fault_names_its_column_and_not_the_cell(cells, columns):
    result = read(row(**cells))
    assert result.good == []
    assert [fault.column for fault in result.faults] == columns
    for fault in result.faults:
        assert not [text for text in cells.values() if len(text) > 2 and text in fault.sentence]


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("20260311", None),
        ("2026.3.11", None),
        ("2026-03-11T00:00:00", None),
        ("2026-03-11 24:00", None),
        ("2026-03-11 16:30", time(16, 30)),
        ("2026年3月11日16:30:05.0", time(16, 30, 5)),
    ],
)
def test_a_limit_keeps_the_hour_it_names(text, hour):
    (order,) = read(row(due_on=text)).good
    assert (order.due_on, order.due_time) == (date(2026, 3, 11), hour)


def test_a_number_twice_in_the_file_and_one_imported_before():
    again, before = row(), row(number="BJ20260301000099")
    result = read(row(), again, before, imported=["BJ20260301000099"])
    assert [order.line for order in result.good] == [2]
    assert [(fault.line, fault.column) for fault in result.faults] == [(3, "工单编号")]
    assert result.known == [4]


def test_other_districts_call_the_columns_otherwise():
    found = headings_found(["工单号", "受理时间", "截止日期", "姓名", "电话", "企业名称", "内容"])
    assert found["number"] == "工单号"
    with pytest.raises(InvalidInput, match="工单编号、办理时限"):
        headings_found(["来电日期", "诉求人", "联系电话", "被反映单位", "诉求内容"])
