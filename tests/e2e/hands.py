"""What a person's hands do in the browser: sign in, press, fill, look."""

import re

from playwright.sync_api import expect

from disclosure.management.demo.people import BY_KEY, PASSWORD

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SECONDS = 40_000


class Visitor:
    """Somebody at a browser of their own. What the browser complains about is kept."""

    def __init__(self, browser, address, *, script=True, size=DESK, cookies=None) -> None:
        self.address = address
        self.context = browser.new_context(
            viewport=size,
            java_script_enabled=script,
            storage_state=cookies,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        self.context.set_default_timeout(SECONDS)
        self.complaints: list[str] = []
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("dialog", lambda dialog: dialog.accept())

    def _hear(self, message) -> None:
        # A refused row answers 409 by design, and the browser reports every answer of 4xx.
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def leave(self) -> list[str]:
        self.context.close()
        return self.complaints

    def go(self, path="/"):
        answer = self.page.goto(self.address + path)
        assert answer.status == 200, f"{path}: {answer.status}"
        return self

    def sign_in(self, key) -> None:
        self.go("/accounts/login/")
        self.page.get_by_label("电子邮件").fill(BY_KEY[key].email)
        self.page.get_by_label("密码", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page).to_have_url(re.compile("/(desk|admin)/"))

    def press(self, name, *, within=None) -> None:
        """A button, or a link that looks like one."""
        place = within or self.page.locator("main")
        place.get_by_role("button", name=name).or_(place.get_by_role("link", name=name)).first.click()

    def follow(self, name, *, within=None) -> None:
        (within or self.page).get_by_role("link", name=name).first.click()

    def sees(self, text, *, within=None) -> None:
        expect((within or self.page.locator("main")).get_by_text(text).first).to_be_visible()

    def proves(self) -> None:
        """再次确认身份 by the password when it is asked (it holds for five minutes), and on with what was pressed."""
        self.page.wait_for_load_state()
        if "/reauthenticate/" not in self.page.url:
            return
        self.page.get_by_label("密码", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="确认").click()
        self.page.wait_for_load_state()
        if "/continue/" in self.page.url:
            self.page.get_by_role("button", name="继续办理").click()

    def let_days_pass(self, days) -> None:
        """演练时钟 is moved on by hand."""
        self.go("/desk/")
        self.page.get_by_role("link", name="拨动时钟").click()
        self.page.get_by_label("拨快几天").fill(str(days))
        self.press("拨快")


def deed(visitor, name) -> None:
    """A button of the staff desk: its page says what will happen, its button does it."""
    visitor.page.locator(".d-buttons").get_by_role("link", name=name).click()
    visitor.proves()
    visitor.page.locator("form .d-buttons").get_by_role("button", name=name).click()
