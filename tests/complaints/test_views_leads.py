"""提供线索的页面: whole requests without a script, a cookie or an account; no code in an address, no hint on a guess."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from association.models import AuditEntry, User
from association.tenancy import acting_for
from complaints.models import Lead, LeadEvidence
from complaints.operations import lead_ending, lead_handling
from complaints.queries import lead_boxes
from complaints.rules.receipts import grouped, new_code, normalised
from tests.association.test_locker import picture
from tests.credit_rating.desk_pages import statements
from tests.factories import leads as some
from tests.factories.people import make_association, make_institution

pytestmark = pytest.mark.django_db
CODE = re.compile(r"([0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3})")
FORM = some.TOLD | {"identity": "anonymous"}


@pytest.fixture
def association(settings, tmp_path, counting):
    settings.MEDIA_ROOT = tmp_path
    return make_association("leads")


@pytest.fixture
def scope(association):
    with acting_for(association.pk):
        yield association


class Visitor:
    """A browser without anything: what it is given is all it knows."""

    def __init__(self, slug="leads", **headers):
        self.slug = slug
        self.client = Client(enforce_csrf_checks=True, headers=headers)

    def address(self, path):
        return f"/{self.slug}/leads/{path}"

    def get(self, path):
        return self.client.get(self.address(path))

    def post(self, path, **fields):
        return self.client.post(self.address(path), fields)


def code_in(response):
    found = set(CODE.findall(response.content.decode()))
    assert len(found) == 1
    return normalised(found.pop())


def text(response):
    return response.content.decode()


# -- telling ------------------------------------------------------------------------------------------------------


def test_from_the_empty_page_to_the_receipt_without_a_script(association):
    visitor = Visitor()
    assert visitor.get("new/").status_code == 200
    saved = visitor.post("new/", **FORM, do="save")
    assert saved.status_code == 200
    code = code_in(saved)
    preview = visitor.post("new/", **FORM, code=code, do="preview")
    assert "提交前看一遍" in text(preview)
    assert some.FACTS in text(preview)
    sent = visitor.post("new/", code=code, do="submit")
    assert code_in(sent) == code
    with acting_for(association.pk):
        lead = Lead.objects.get()
        assert (lead.state, lead.is_anonymous) == ("submitted", True)
        assert lead_boxes.opened(lead, "facts_box") == some.FACTS


def test_no_cookie_is_set_and_no_answer_is_kept(association):
    visitor = Visitor()
    for response in (
        visitor.get("new/"),
        visitor.post("new/", **FORM, do="save"),
        visitor.get("track/"),
        visitor.post("track/", code=new_code()),
    ):
        assert response.cookies == {}
        assert response["Cache-Control"] == "private, no-store"
    assert visitor.client.cookies == {}


def test_what_is_missing_is_said_and_what_was_typed_stays(association):
    response = Visitor().post("new/", **(FORM | {"facts": "短", "category": ""}), do="preview")
    assert response.status_code == 400
    assert "请选择类别。" in text(response)
    assert "请写明事实" in text(response)
    assert some.TOLD["institution_name"] in text(response)
    assert "<script>" not in text(response)


def test_a_script_in_a_field_is_shown_as_text(association):
    evil = "<script>alert(1)</script>"
    response = Visitor().post("new/", **(FORM | {"institution_name": evil}), do="save")
    assert evil not in text(response)
    assert "&lt;script&gt;" in text(response)


def test_from_the_preview_one_goes_back_with_everything(association):
    visitor = Visitor()
    code = code_in(visitor.post("new/", **FORM, do="save"))
    back = visitor.post("new/", code=code, do="edit")
    assert some.FACTS in text(back)
    assert code_in(back) == code


def test_pressed_twice_the_receipt_comes_twice_and_the_lead_is_there_once(scope):
    visitor = Visitor()
    code = code_in(visitor.post("new/", **FORM, do="save"))
    first, second = (visitor.post("new/", code=code, do="submit") for _ in range(2))
    third = visitor.post("new/", **FORM, code=code, do="submit")
    assert {code_in(first), code_in(second), code_in(third)} == {code}
    assert Lead.objects.count() == 1


def test_the_page_saves_by_itself_while_one_types(scope):
    visitor = Visitor()
    first = visitor.post("new/save/", **(FORM | {"facts": "写到一"}))
    code = code_in_hidden(first)
    visitor.post("new/save/", **(FORM | {"facts": "写到一半了"}), code=code)
    assert lead_boxes.opened(Lead.objects.get(), "facts_box") == "写到一半了"


def code_in_hidden(response):
    return normalised(re.search(r'name="code" id="id_code" value="([^"]+)"', text(response))[1])


def test_an_institution_of_the_register_can_be_chosen(scope):
    institution = make_institution("演示万通职业培训学校")
    visitor = Visitor()
    found = visitor.post("new/", **(FORM | {"institution_name": "万通职业"}), do="search")
    assert "演示万通职业培训学校" in text(found)
    chosen = FORM | {"institution_name": "万通职业", "institution_id": str(institution.pk)}
    visitor.post("new/", **chosen, code=code_in(found), do="save")
    assert Lead.objects.get().institution_id == institution.pk


def test_pictures_are_kept_and_taken_back_without_a_script(scope):
    visitor = Visitor()
    photo = SimpleUploadedFile("慕容线索人.jpg", picture())
    saved = visitor.post("new/", **FORM, do="save", file=photo)
    assert "材料1.jpg" in text(saved)
    assert "慕容" not in text(saved)
    gone = visitor.post("new/", **FORM, code=code_in(saved), remove="1")
    assert "材料1.jpg" not in text(gone)
    assert not LeadEvidence.objects.exists()


def test_a_refused_picture_loses_nothing_else(scope):
    visitor = Visitor()
    huge = SimpleUploadedFile("大.jpg", b"\xff\xd8\xff" + b"0" * (50 * 1024 * 1024))
    response = visitor.post("new/", **FORM, do="preview", file=huge)
    assert response.status_code == 400
    assert "10 MB" in text(response)
    assert some.FACTS in text(response)
    assert lead_boxes.opened(Lead.objects.get(), "facts_box") == some.FACTS


def test_no_other_site_sends_the_form(association):
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert Visitor(**headers).post("new/", **FORM, do="save").status_code == 403
    own = Visitor(**{"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"})
    assert own.post("new/", **FORM, do="save").status_code == 200


def test_somebody_signed_in_is_not_written_down(scope):
    clerk = some.officer()
    visitor = Visitor()
    visitor.client.force_login(User.objects.get(pk=clerk.user_id))
    visitor.post("new/", **FORM, do="submit")
    row = Lead.objects.values().get()
    assert clerk.user_id not in {
        value
        for name, value in row.items()
        if name.endswith("_id") and "lead" not in name and name != "association_id"
    }
    assert not AuditEntry.objects.exists()


# -- tracking -----------------------------------------------------------------------------------------------------


def test_a_receipt_opens_the_lead_and_nothing_of_it_stands_in_an_address(scope):
    lead, code = some.submitted()
    response = Visitor().post("track/", code=grouped(code).lower())
    assert response.status_code == 200
    assert lead.number in text(response)
    assert "轮到" in text(response)
    assert some.FACTS not in text(response)
    for link in re.findall(r'(?:href|action|hx-\w+)="([^"]*)"', text(response)):
        assert code not in link
        assert grouped(code) not in link


def test_no_address_takes_a_code(association):
    names = ("new_lead", "save_lead", "track_lead", "answer_lead")
    assert [reverse(name, urlconf="config.urls_association").count("<") for name in names] == [0] * 4
    lead_page = Visitor().client.get(f"/leads/leads/track/?code={new_code()}")
    assert "回执码" in text(lead_page)
    assert lead_page.status_code == 200


def test_a_draft_goes_on_with_its_code(scope):
    _lead, code = some.draft()
    response = Visitor().post("track/", code=code)
    assert some.FACTS in text(response)
    assert "下一步：预览" in text(response)


def test_question_answer_and_new_material_both_ways(scope):
    lead, clerk, code = some.verifying()
    lead_handling.ask_informant(actor=clerk, lead_id=lead.pk, text="是哪个校区？")
    visitor = Visitor()
    assert "是哪个校区？" in text(visitor.post("track/", code=code))
    photo = SimpleUploadedFile("x.jpg", picture())
    answered = visitor.post("track/answer/", code=code, text="演示路校区", file=photo)
    assert answered.status_code == 200
    assert "演示路校区" in text(answered)
    assert "材料1.jpg" in text(answered)
    assert visitor.post("track/answer/", code=code, text="").status_code == 400


def test_the_result_stands_on_the_page(scope):
    lead, clerk, code = some.decided()
    lead_ending.give_lead_feedback(actor=clerk, lead_id=lead.pk, text="经核查，未发现所述情形。")
    response = Visitor().post("track/", code=code)
    assert "经核查，未发现所述情形。" in text(response)
    assert lead.grounds not in text(response)
    assert clerk.name not in text(response)


# -- guessing -----------------------------------------------------------------------------------------------------


def shape(response):
    body = re.sub(r'value="[^"]*"', "", text(response))
    body = re.sub(r'datetime="[^"]*"|\d\d:\d\d', "", body)
    return response.status_code, re.sub(r"nonce=\S+", "", body)


def test_a_guess_an_old_code_and_a_neighbours_get_the_same_page(scope):
    _lead, good = some.submitted()
    dropped, old = some.draft()
    Lead.objects.filter(pk=dropped.pk).delete()
    with acting_for(make_association().pk):
        _lead, foreign = some.submitted()
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    pages = {shape(Visitor().post("track/", code=code)) for code in (new_code(), old, foreign, wrong, "ABC")}
    assert len(pages) == 1
    assert pages.pop()[0] == 404


def test_every_guess_asks_the_same_questions(scope):
    _lead, code = some.submitted()
    asked = []
    for guess in (new_code(), code[:-1] + "0", "ABC", "\u200b"):
        with statements() as sql:
            Visitor().post("track/", code=guess)
        asked.append(
            [re.sub(r"'[^']*'::bytea|\\\\x[0-9a-f]+", "", one) for one in sql if "complaints_lead" in one]
        )
    assert len({len(one) for one in asked[:3]}) == 1


def test_guessing_is_stopped_after_a_few(association, settings):
    visitor = Visitor()
    limit, _seconds = settings.THROTTLES["lead_code"]
    codes = [visitor.post("track/", code=new_code()).status_code for _ in range(limit + 1)]
    assert codes == [404] * limit + [429]
    assert visitor.post("track/answer/", code=new_code(), text="x").status_code == 429
    assert visitor.get("track/").status_code == 200


@pytest.mark.parametrize("path", ["new/", "new/save/"])
def test_a_guess_at_the_forms_counts_too_and_an_own_draft_does_not(association, settings, path):
    visitor = Visitor()
    limit, _seconds = settings.THROTTLES["lead_code"]
    own = code_in(visitor.post("new/", **FORM, do="save"))
    for _ in range(limit):
        visitor.post(path, **FORM, code=new_code())
    assert visitor.post(path, **FORM, code=new_code()).status_code == 429
    assert visitor.post(path, code=new_code(), do="submit", facts="x").status_code == 429
    assert visitor.post("new/", code=new_code(), do="submit").status_code == 429
    assert visitor.post(path, **FORM, code=own).status_code == 200


@pytest.mark.parametrize("code", ["", "-", "\0" * 9, "ab" * 40, "线索", "<b>"])
def test_odd_codes_are_answered(association, code):
    visitor = Visitor()
    assert visitor.post("new/", code=code, do="submit").status_code == 404
    assert visitor.post("track/answer/", code=code, text="x").status_code == 404
    assert visitor.post("track/", code=code).status_code in {400, 404}
    assert visitor.post("new/save/", **FORM, code=code).status_code == 200


def test_guessing_is_closed_while_nothing_can_count(settings, tmp_path, monkeypatch):
    from association import throttle

    settings.MEDIA_ROOT = tmp_path
    make_association("leads")
    monkeypatch.setattr(throttle._Silence, "until", float("inf"))
    assert Visitor().post("track/", code=new_code()).status_code == 429
    assert Visitor().post("new/", **FORM, do="save").status_code == 200


def test_the_address_of_the_visitor_is_counted_under_a_hash_only(association, counting):
    Visitor().post("track/", code=new_code())
    Visitor().post("new/", **FORM, do="save")
    assert not [key for key in counting if "127.0.0.1" in key]
    assert len(counting) == 2


def test_a_foreign_code_is_not_found_in_another_association(scope):
    _lead, code = some.submitted()
    make_association("elsewhere")
    assert Visitor("elsewhere").post("track/", code=code).status_code == 404
    assert Visitor().post("track/", code=code).status_code == 200


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_exist_in_both_languages(scope, language):
    lead, clerk, code = some.verifying()
    lead_handling.ask_informant(actor=clerk, lead_id=lead.pk, text="Q")
    visitor = Visitor(**{"Accept-Language": language})
    for response in (visitor.get("new/"), visitor.get("track/"), visitor.post("track/", code=code)):
        assert response.status_code == 200
        heading = re.search(r"<h1>(.*?)</h1>", text(response))[1]
        assert bool(re.search("[\u4e00-\u9fff]", heading)) == (language == "zh-hans")


def test_the_page_is_small(association):
    assert len(Visitor().get("new/").content) < 40_000
