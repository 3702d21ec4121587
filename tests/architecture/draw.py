"""Draws the workflows and the rights into docs/architecture.md: ``python -m tests.architecture.draw``."""

import os
import re
import sys

from config.home import PROJECT

PAGE = PROJECT / "docs" / "architecture.md"
PART = re.compile(r"(<!-- drawn: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def label(state):
    return str(state.label)


def steps_table(title, steps):
    """From each state to what may follow; the order is that of the choices."""
    kind = type(next(iter(steps)))
    rows = [f"| {label(now)} `{now}` | {after(kind, steps[now])} |" for now in kind if now in steps]
    return [
        f"**{title}** `{kind.__module__}.{kind.__name__}`",
        "",
        "| 现在 | 之后可以 |",
        "| --- | --- |",
        *rows,
        "",
    ]


def after(kind, following):
    return "、".join(label(state) for state in kind if state in following) or "（终点）"


def steps():
    from association.choices import BATCH_STEPS, JOB_STEPS, ORIGINAL_REQUEST_STEPS, PLEDGE_STEPS
    from complaints.choices import appraisal, complaints, facts, figures, hearings, leads, receipts
    from credit_rating import choices
    from members.choices import breach, dues, membership, pledge

    tables = (
        ("评估规范", choices.STANDARD_STEPS),
        ("轮次", choices.ROUND_STEPS),
        ("一家机构的评估", choices.STEPS),
        ("评估任务", choices.ASSIGNMENT_STEPS),
        ("综合评定", choices.DETERMINATION_STEPS),
        ("异议", choices.OBJECTION_STEPS),
        ("历史结果的更正", choices.CORRECTION_STEPS),
        ("投诉", complaints.STEPS),
        ("违法违规线索", leads.LEAD_STEPS),
        ("听取机构的意见", hearings.HEARING_STEPS),
        ("调解员", complaints.MEDIATOR_STEPS),
        ("申请回避", complaints.RECUSAL_STEPS),
        ("鉴定期间", appraisal.PAUSE_STEPS),
        ("方案", complaints.OFFER_STEPS),
        ("事实的复核", facts.FACT_REVIEW_STEPS),
        ("群体性投诉", complaints.MASS_STEPS),
        ("隐去", complaints.REDACTION_STEPS),
        ("年度统计的更正", figures.FIGURES_STEPS),
        ("补发查询码", receipts.RECEIPT_STEPS),
        ("导入", BATCH_STEPS),
        ("入会申请", membership.APPLICATION_STEPS),
        ("理事会表决", membership.VOTE_STEPS),
        ("会籍", membership.MEMBER_STEPS),
        ("自律公约", PLEDGE_STEPS),
        ("公约违约", breach.BREACH_STEPS),
        ("签署仪式", pledge.CEREMONY_STEPS),
        ("纸质签署", pledge.PAPER_STEPS),
        ("会费标准决议", dues.RESOLUTION_STEPS),
        ("会费凭单", dues.SLIP_STEPS),
        ("较长的作业", JOB_STEPS),
        ("启封申请", ORIGINAL_REQUEST_STEPS),
    )
    return [line for table in tables for line in steps_table(*table)]


def rights():
    """Who may do what: a row for each operation, a column for each role."""
    from association import access as association
    from association.choices import Role
    from complaints.access import complaints, leads
    from credit_rating import access as credit_rating
    from members import access as members
    from prepaid_escrow import access as prepaid_escrow

    roles = list(Role)
    lines = [f"| 事项 | {' | '.join(map(label, roles))} |", f"| --- |{' :-: |' * len(roles)}"]
    for app in (association, members, prepaid_escrow, complaints, leads, credit_rating):
        for action, allowed in app.MAY.items():
            marks = " | ".join("●" if role in allowed else "" for role in roles)
            lines.append(f"| `{app.__name__.split('.')[0]}.{action}` | {marks} |")
    return [*lines, ""]


def drawn(page):
    """The page with every drawn part as the code says it today."""
    parts = {"steps": steps, "rights": rights}
    return PART.sub(lambda found: found[1] + "\n" + "\n".join(parts[found[2]]()) + found[3], page)


def main():
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
    django.setup()
    PAGE.write_text(drawn(PAGE.read_text()))


if __name__ == "__main__":
    sys.exit(main())
