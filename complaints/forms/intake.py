"""投诉书 on screen: the fields of one page for a phone, and the filing that they make."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association.kept_forms import SaysWhy
from association.typed_fields import DayField, YuanField
from common.numbers import whole_or_none
from complaints.choices.complaints import PersonKind, Subject
from complaints.rules.intake import LONGEST_TEXT, MOST_PEOPLE, Applicant, Filing

AT_ONCE = 3  # further rows for joined complainants with each press of the button
MOST_JOINED = MOST_PEOPLE - 2  # beside the complainant and an agent
LONGEST_LINE = 200
JOINED = re.compile(r"joined-(\d+)-(name|phone|address|represents)")


def _line(label: Any, *, required: bool = True, help_text: Any = "", **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_LINE,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off"} | attrs),
    )


def _text(label: Any, rows: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_TEXT,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class IntakeForm(SaysWhy):
    """我要投诉: everything that a filing needs (art. 9), in the order in which one tells it."""

    respondent_name = _line(
        _("机构名称"), help_text=_("合同、收据或营业执照上的全称；不确定时写您知道的名称。")
    )
    respondent_address = _line(_("机构地址"), help_text=_("上课或者签合同的地点。"))
    subject = forms.ChoiceField(label=_("主要因为什么"), choices=Subject.choices, widget=forms.RadioSelect)
    facts = _text(
        _("事情经过"), 7, _("什么时候报名、交了多少钱、上了多少课、怎么协商的。不要写身份证号和银行卡号。")
    )
    harmed_on = DayField(
        label=_("知道权益受损的日期"), required=True, help_text=_("例如发现停课、被拒绝退费的那一天。")
    )
    contract_on = DayField(label=_("签合同的日期"))
    paid_fen = YuanField(label=_("已经交了多少钱"))
    claimed_fen = YuanField(
        label=_("要求退多少钱"), help_text=_("不清楚可以先用退费计算器算一算，也可以不填。")
    )
    demand = _text(_("您的诉求"), 3, _("希望机构怎么做。"))
    handled_elsewhere = _line(
        _("是否已由法院、仲裁、行政机关或者其他调解组织受理或者处理过"),
        required=False,
        help_text=_("有的话写明是哪里；没有就空着。"),
    )
    not_consumption = forms.BooleanField(label=_("这是单位统一购买的培训，不是个人消费"), required=False)
    name = _line(_("您的姓名"), autocomplete="name")
    phone = _line(_("您的电话"), inputmode="tel", autocomplete="tel")
    address = _line(_("您的通讯地址"), autocomplete="street-address")
    email = _line(
        _("电子邮箱"),
        required=False,
        help_text=_("有进展时给您发一封不含内容的提醒。"),
        inputmode="email",
        autocomplete="email",
    )
    agent_name = _line(_("代理人姓名"), required=False)
    agent_phone = _line(_("代理人电话"), required=False, inputmode="tel")
    agent_id_number = _line(_("代理人身份证号码"), required=False)
    agrees_to_joining = forms.BooleanField(label=_("以上各位都同意一起投诉"), required=False)
    shares_phone = forms.BooleanField(label=_("受理后，机构可以看到我的电话，直接与我联系"), required=False)

    def __init__(self, data: Any = None, *, joined: int = 0, **more: Any) -> None:
        super().__init__(data, **more)
        self.joined = min(max(joined, _rows_in(data or self.initial)), MOST_JOINED)
        for place in range(self.joined):
            self.fields[f"joined-{place}-name"] = _line(_("姓名"), required=False)
            self.fields[f"joined-{place}-phone"] = _line(_("电话"), required=False, inputmode="tel")
            self.fields[f"joined-{place}-address"] = _line(_("通讯地址"), required=False)
            self.fields[f"joined-{place}-represents"] = forms.BooleanField(label=_("代表人"), required=False)

    def joined_rows(self) -> list[list[forms.BoundField]]:
        return [
            [self[f"joined-{place}-{name}"] for name in ("name", "phone", "address", "represents")]
            for place in range(self.joined)
        ]

    def typed(self) -> dict[str, str]:
        """What goes into the draft: every field as it was typed."""
        return {name: self.data[name][:LONGEST_TEXT] for name in self.fields if self.data.get(name)}

    def filing(self, *, has_authority: bool = False) -> Filing:
        """Of a valid form."""
        given = self.cleaned_data
        return Filing(
            people=tuple(person for person, _field in self._people(has_authority=has_authority)),
            respondent_name=given["respondent_name"],
            respondent_address=given["respondent_address"],
            subject=given["subject"],
            facts=given["facts"],
            demand=given["demand"],
            harmed_on=given["harmed_on"],
            contract_on=given["contract_on"],
            paid_fen=given["paid_fen"],
            claimed_fen=given["claimed_fen"] or 0,
            is_consumer=not given["not_consumption"],
            handled_elsewhere=given["handled_elsewhere"],
            shares_phone=given["shares_phone"],
            agrees_to_joining=given["agrees_to_joining"],
        )

    def _people(self, *, has_authority: bool) -> list[tuple[Applicant, str]]:
        """Each person, and what the names of that person's fields begin with."""
        given, agent = self.cleaned_data, self.cleaned_data["agent_name"]
        rows = [
            place
            for place in range(self.joined)
            if given[f"joined-{place}-name"] or given[f"joined-{place}-phone"]
        ]
        people = [(self._complainant(is_first_of_many=bool(rows)), "")]
        if agent or given["agent_phone"] or given["agent_id_number"]:
            people.append((self._agent(has_authority=has_authority), "agent_"))
        return people + [(self._joined(place), f"joined-{place}-") for place in rows]

    def _complainant(self, *, is_first_of_many: bool) -> Applicant:
        """Who fills in the form speaks for the others too."""
        given = self.cleaned_data
        return Applicant(
            name=given["name"],
            phone=given["phone"],
            address=given["address"],
            email=given["email"],
            is_representative=is_first_of_many,
        )

    def _agent(self, *, has_authority: bool) -> Applicant:
        given = self.cleaned_data
        return Applicant(
            name=given["agent_name"],
            phone=given["agent_phone"],
            id_number=given["agent_id_number"],
            kind=PersonKind.AGENT,
            has_authority=has_authority,
        )

    def _joined(self, place: int) -> Applicant:
        given = self.cleaned_data
        return Applicant(
            name=given[f"joined-{place}-name"],
            phone=given[f"joined-{place}-phone"],
            address=given[f"joined-{place}-address"],
            kind=PersonKind.JOINED,
            is_representative=given[f"joined-{place}-represents"],
        )

    def where(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The operation's names (``people.1.phone``) as the fields of this page."""
        starts = [start for _person, start in self._people(has_authority=True)]
        named = {}
        for name, sentence in fields.items():
            part, _dot, rest = name.partition(".")
            if part == "people" and rest:
                place, _dot, field = rest.partition(".")
                name = starts[int(place)] + field  # noqa: PLW2901 - the same thing under this page's name
            named[name if name in self.fields else "name"] = sentence
        return named


def _rows_in(typed: Mapping[str, Any]) -> int:
    """How many rows of joined complainants somebody had before."""
    found = [JOINED.fullmatch(name) for name in typed]
    return max((int(match[1]) + 1 for match in found if match and len(match[1]) < 3), default=0)  # noqa: PLR2004


def rows_wanted(typed: str) -> int:
    return whole_or_none(typed, most=MOST_JOINED) or 0
