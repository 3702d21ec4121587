"""签署自律公约 in the browser: read, the person proven, signed; then the desk, the public list and the card say so."""

from tests.e2e.hands import PHONE
from tests.e2e.walk import faults

NAME = "演示晨光职业技能培训学校"


def test_administrator_signs_the_changed_clauses_and_the_public_sees_it(visit):
    signer = visit("jigou")
    signer.go("/desk/pledge/")
    signer.sees("只需签署有变动的条款：第4、7条")
    signer.page.get_by_label("我有权代表机构签署，已阅读全文").check()
    signer.press("签署公约")
    signer.proves()
    signer.sees("已签署。签署记录了文本指纹")
    signer.go("/desk/pledge/")
    signer.sees("网上签署")
    assert signer.page.get_by_role("button", name="签署公约").count() == 0

    public = visit("", size=PHONE)
    public.go("/pledge/")
    public.sees("第7条")
    public.sees("签署单位")
    assert faults(public, PHONE) == []


def test_public_text_keeps_its_address_by_number(visit):
    public = visit("", script=False)
    public.go("/pledge/1/")
    public.sees("已被替代")
    public.sees("SHA-256")


def test_institution_answers_what_it_was_told(visit):
    own = visit("jigou")
    own.go("/desk/pledge/")
    own.sees("公约违约")
    own.page.locator("main").get_by_role("link", name="W2").first.click()
    own.sees("一名学员的退费逾期九天")
    own.page.get_by_label("陈述申辩").fill("演示：已经补退，并改进了流程。")
    own.press("提交申辩")
    own.sees("陈述申辩已提交。")
    own.sees("已经补退，并改进了流程")
    assert own.page.get_by_role("button", name="提交申辩").count() == 0
