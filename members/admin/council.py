"""理事会表决 on the staff desk: who has voted, and the count."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.deeds import Deed, Done, Foretold, Table
from association.staff_desk import DeskAdmin
from members import operations
from members.access import MAY, votes_visible_to
from members.choices.membership import VoteState
from members.forms import staff as forms
from members.models import CouncilVote
from members.queries.desk import vote_page


def _count(request: Any, vote: CouncilVote, form: Any) -> Done:
    counted = operations.close_council_vote(actor=request.actor, vote_id=vote.pk, **form.cleaned_data)
    return Done(_("已计票：%(result)s。") % {"result": counted.get_state_display()})


def _before_count(request: Any, vote: CouncilVote) -> Foretold:
    tally = vote_page(request.actor, vote.pk).tally
    told = _("已表决%(present)d人，应参加%(entitled)d人。截止之前，只有结果不会再变时才能计票。")
    return Foretold(
        told % {"present": tally.present, "entitled": tally.entitled}, [_("申请机构：结果和理由")]
    )


@admin.register(CouncilVote)
class VoteAdmin(DeskAdmin):
    shows_people, lists_people = True, False
    lead = gettext_lazy("理事会表决：一人一票；谁已表态在这里可以看到，各人的意见只计入结果。")
    list_display = ("matter", "institution", "state", "opened_at", "ends_at", "seats")
    list_filter = ("state", "matter")
    search_fields = ("institution__name",)
    search_help_text = gettext_lazy("机构名称")
    list_select_related = ("institution",)
    ordering = ("-pk",)
    facts = (
        "matter", "institution", "state", "proposal", "opened_at", "ends_at", "seats", "quorum", "majority",
        "votes_for", "votes_against", "abstentions", "recusals", "reasons", "closed_at",
    )  # fmt: skip
    deeds = (
        Deed(
            "count",
            gettext_lazy("计票"),
            lambda actor: actor.may(MAY, "close_council_vote"),
            _count,
            form=forms.CountForm,
            fits=lambda vote: vote.state == VoteState.OPEN,
            foretells=_before_count,
            main=True,
        ),
    )

    def get_queryset(self, request: Any) -> QuerySet[CouncilVote]:
        return votes_visible_to(request.actor).select_related(
            "institution", "quorum_rule", "majority_rule", "application"
        )

    @admin.display(description=gettext_lazy("法定人数"))
    def quorum(self, vote: CouncilVote) -> str:
        return f"{vote.quorum_rule.share}（{vote.quorum_rule.citation}）"

    @admin.display(description=gettext_lazy("通过的条件"))
    def majority(self, vote: CouncilVote) -> str:
        return f"{vote.majority_rule.share}（{vote.majority_rule.citation}）"

    def tables(self, request: Any, obj: CouncilVote) -> Sequence[Table]:
        page = vote_page(request.actor, obj.pk)
        rows = [(name, _("回避") if aside else _("已投票")) for name, aside in page.said]
        return [Table(_("谁已表态"), (_("姓名"), _("情况")), rows, empty=_("还没有人表态。"))]
