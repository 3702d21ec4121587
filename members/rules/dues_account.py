"""年度会费收支表: what its figures are. Sums of 分; each is counted by the books up to the end of the day of cut-off."""

from collections.abc import Mapping, Sequence

QUERY = "dues-account/1"
# Name → how it is counted, in words for whoever checks it.
FIGURES = {
    "billed": "本年度开具的会费通知的合计",
    "credited": "其中经两人确认减免或者更正的",
    "paid": "其中已经缴纳的（不论哪一年收到）",
    "owed": "其中截止日仍未缴的",
    "received": "本年度内收到的会费的合计（按收款日期）",
    "refunded": "本年度内退还的",
    "income": "会费收入：本年度收到的减去退还的",
    "unmatched": "本年度收到、截止日还没有认领的",
    "spent": "会费支出：各支出项目的合计",
    "balance": "本年度收支相抵",
}


def with_totals(sums: Mapping[str, int], spending: Sequence[int]) -> dict[str, int]:
    """The figures that follow from others; every one of ``FIGURES``, in its order."""
    found = dict(sums)
    found["owed"] = found["billed"] - found["credited"] - found["paid"]
    found["income"] = found["received"] - found["refunded"]
    found["spent"] = sum(spending)
    found["balance"] = found["income"] - found["spent"]
    return {name: found[name] for name in FIGURES}
