"""年度会费收支表 on the staff desk: counted from the books, published with its day of cut-off."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association import clock
from association.deeds import Deed, Done, Foretold, Table
from association.language import translated
from association.staff_desk import DeskAdmin
from members import operations
from members.access import MAY, dues_accounts_visible_to
from members.forms.dues import AccountForm
from members.models import DuesAccount
from members.queries.dues_account import counted, shown
from members.rules.dues import yuan
from members.rules.dues_account import FIGURES


def _publish(request: Any, _obj: None, form: Any) -> Done:
    account = operations.publish_account(actor=request.actor, **form.given())
    return Done(_("已公布%(year)d年度会费收支表。") % {"year": account.year})


def _before_publishing(_request: Any, _obj: None) -> Foretold:
    today = clock.today()
    figures = counted(today.year, today, [])
    rows = [(translated(words), yuan(figures[name])) for name, words in FIGURES.items()]
    told = _(
        "收入按账目统计到所填的日期，支出按所填的项目，在协会页面公布；公布以后不能修改，更正须另出一版。"
    )
    table = Table(_("本年度到今天的账目"), (_("项目"), _("金额（元）")), rows)
    return Foretold(told, tables=[table])


@admin.register(DuesAccount)
class DuesAccountAdmin(DeskAdmin):
    lead = gettext_lazy("每年向会员公布会费的收支（民发〔2014〕166号）。收入由账目得出，支出如实填写。")
    list_display = ("year", "revision", "cut_off", "published_at")
    ordering = ("-year", "-revision")
    facts = ("year", "revision", "cut_off", "query", "remark", "published_at")
    list_deeds = (
        Deed("publish", gettext_lazy("公布年度会费收支表"), lambda actor: actor.may(MAY, "publish_dues_account"), _publish, form=AccountForm, foretells=_before_publishing, main=True, step_up=True, wide=True),
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[DuesAccount]:
        return dues_accounts_visible_to(request.actor)

    def tables(self, _request: Any, obj: DuesAccount) -> Sequence[Table]:
        found = shown(obj)
        figures = [(translated(words), yuan(fen)) for words, fen in found.figures]
        tiers = [(tier, row["bills"], yuan(row["billed"]), yuan(row["paid"])) for tier, row in found.tiers]
        spending = [(item, yuan(fen)) for item, fen in found.spending]
        return [
            Table(_("收支"), (_("项目"), _("金额（元）")), figures),
            Table(_("各级会员"), (_("级别"), _("份数"), _("应缴（元）"), _("已缴（元）")), tiers),
            Table(_("支出项目"), (_("项目"), _("金额（元）")), spending, empty=_("没有。")),
        ]
