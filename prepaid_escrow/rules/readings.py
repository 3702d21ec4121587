"""退费读法: where the rule leaves room, how we read it and why. One place, so that counsel can change it.

Each question has its answers; the first is ours. An association sets another by a dated version of its rules
(``RefundRuleVersion``). A reading is always shown as a reading, never as law.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """One open question, the answers that may be given, and the reason of the first."""

    code: str
    question: str
    answers: Mapping[str, str]
    reason: str

    @property
    def default(self) -> str:
        return next(iter(self.answers))


@dataclass(frozen=True, slots=True)
class Applied:
    """A reading as it was used in one calculation."""

    code: str
    question: str
    answer: str
    reason: str


READINGS = (
    Reading(
        "best",
        "几种算法都能适用时，用哪一种？",
        {
            "learner": "逐一计算，连同利息取对学员最有利的；金额相同的，先取利率尚待查明的，再取退款期限较短的。"
        },
        "三种七日退款规则并存，彼此没有排除；没有约定的，按最有利于消费者的方法计算（侵害消费者权益行为处罚办法第10条）。"
        "七日内无理由退款只退本金；合同解除后迟延返还的利息不因此免除，早一天提出的不比晚一天提出的少得。",
    ),
    Reading(
        "rounding",
        "不足一分的零头归谁？",
        {"up": "退费进位到分，扣留部分舍去。", "half_up": "退费四舍五入到分。"},
        "规则没有写明；零头不足一分，归于学员不加重机构的负担。",
    ),
    Reading(
        "used_in_window",
        "七日内已经上过课，还能适用第14条吗？",
        {
            "price_stays": "能：已上部分按实际支付的价格扣除，其余退还。",
            "no_window": "不能：用过的，按合同解除的一般规则计算。",
        },
        "第14条只排除以前已经获得过相同服务的情形，没有以未使用为条件。",
    ),
    Reading(
        "had_before",
        "以前接受过同样的服务，排除哪些七日退款规则？",
        {
            "court_only": "只排除第14条，不排除北京条例第16条与职业技能培训规则。",
            "all": "三种七日退款规则都排除。",
        },
        "这一除外情形只写在第14条，条例第16条的条件是未兑付。",
    ),
    Reading(
        "several_benefits",
        "既有折扣又有赠送，已用部分怎样计价？",
        {
            "both": "两种优惠都降低已用部分的价格。",
            "discount_only": "只计折扣，赠送部分不摊薄单价。",
        },
        "第18条对折扣和赠送分别作出规定，两者同时存在时没有只取其一的理由。",
    ),
    Reading(
        "market",
        "因消费者原因退费时，什么时候用市场价？",
        {
            "when_lower": "市场价低于优惠前价格时用市场价，但不低于实际支付的价格。",
            "ignore": "不用市场价，一律按优惠前价格。",
        },
        "第19条的市场价用来纠正明显不合理的优惠前价格，不应反过来加重学员的负担。",
    ),
    Reading(
        "list_unknown",
        "优惠前的价格不知道，怎么计价？",
        {"paid_price": "按实际支付的单价（不含赠送）计价。"},
        "价格资料由机构掌握，拒不提供的，由机构承担不利后果（第25条）。",
    ),
    Reading(
        "lapsed_lessons",
        "课时包过了有效期，剩余课时还退吗？",
        {"refund": "退：过期不影响剩余课时的计算。", "none": "因消费者原因过期的不退。"},
        "第22条的不退只针对一定期限内不限次数的服务。",
    ),
    Reading(
        "stopped",
        "机构停止服务后期限届满，还退吗？",
        {
            "from_stop": "退：从停止服务之日起按剩余期限的比例计算。",
            "none_after_term": "期限届满后才提出的不退。",
        },
        "第22条以停止服务之日计算剩余期限；学员自己也没有来，不改变服务已经停止的事实。",
    ),
    Reading(
        "end_day",
        "合同解除（或停止服务）的当天算已用还是未用？",
        {"unused": "算未用。", "used": "算已用。"},
        "当天的服务没有完整提供，从对学员有利的一边计算。",
    ),
    Reading(
        "part_month",
        "期限按月约定，中间不足一个月的怎么算？",
        {"days_of_month": "整月按月计算，不足一月的按当月天数折算；不是整月的期限按天计算。"},
        "与合同的计价单位一致，并且晚一天解除不会多退。",
    ),
    Reading(
        "rest_day",
        "按日计算的期限，最后一天是周六或周日怎么办？",
        {"moves": "算休息日，顺延到其后第一个工作日。"},
        "民法典第203条写的是法定休假日；周六、周日同样休息，提出和退还都应顺延，双方一样对待。",
    ),
    Reading(
        "year_days",
        "利息按天折算时，一年按多少天？",
        {"365": "按365天。", "360": "按360天。"},
        "第17条只写明年利率，没有写折算的办法；按实际天数与一年365天折算，算式最容易核对。",
    ),
)
BY_CODE = {reading.code: reading for reading in READINGS}
DEFAULTS = {reading.code: reading.default for reading in READINGS}


def chosen(own: Mapping[str, str]) -> dict[str, str]:
    """Our readings, with those an association set itself in their place; an unknown one is an error."""
    for code, answer in own.items():
        if code not in BY_CODE or answer not in BY_CODE[code].answers:
            raise ValueError(f"no such reading: {code}={answer}")
    return DEFAULTS | dict(own)


def applied(code: str, choices: Mapping[str, str]) -> Applied:
    """The reading for the page; the reason belongs to our answer only."""
    reading, answer = BY_CODE[code], choices[code]
    reason = reading.reason if answer == reading.default else "协会自行确定的读法，见退费规则版本的说明。"
    return Applied(code, reading.question, reading.answers[answer], reason)
