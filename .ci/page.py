"""Tests the demo's page in a browser: light and dark, on a wide and a narrow screen, by mouse and by keyboard.

The only argument is the path of the screenshot.
"""

import json
import os
import sys
import tempfile

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from selenium_axe_python import Axe

DEMO = json.loads(os.environ["DEMO"])
WIDE, NARROW = 1280, 360
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --lang=en-GB"
).split()

# Returns the elements that extend beyond the right edge of the screen, or whose content is wider than the element.
OVERFLOWING = """
    const seen = [...document.body.querySelectorAll("*")].filter((it) => it.checkVisibility() && !it.closest("thead"));
    const isOver = (it) => it.getBoundingClientRect().right > innerWidth || it.scrollWidth > it.clientWidth + 1;
    return [document.documentElement, ...seen.filter((it) => getComputedStyle(it).display !== "inline")]
        .filter((it) => it.tagName !== "INPUT" && isOver(it)).map((it) => it.outerHTML.slice(0, 200));
"""


class Page:
    """The page in a new browser with an empty profile."""

    def __init__(self, profile):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in [*FLAGS, f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))
        self.command("Emulation.setTimezoneOverride", timezoneId="Europe/Berlin")

    def command(self, name, **arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def open(self, scheme, width, height=860, fragment=""):
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.resize(width, height)
        self.driver.get("about:blank")
        self.driver.get(f"{DEMO['url']}/{fragment}")

    def resize(self, width, height):
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.command("Emulation.setDeviceMetricsOverride", **size)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.all(selector)[0].text

    def texts(self, selector):
        # In one step, because the page can replace its elements between two steps.
        script = "return Array.from(document.querySelectorAll(arguments[0]), element => element.textContent)"
        return self.driver.execute_script(script, selector)

    def run(self, script):
        return self.driver.execute_script(script)

    def wait(self, name, condition):
        WebDriverWait(self.driver, 20).until(lambda _: condition(), name)

    def submit(self, secret, by_key=False):
        """Pastes a secret, and submits the form by the button or by the keyboard."""
        field = self.all("#secret")[0]
        field.clear()
        field.send_keys(secret, Keys.ENTER if by_key else "")
        if not by_key:
            self.all("form button")[0].click()

    def follow(self, label):
        self.driver.find_element(By.LINK_TEXT, label).click()

    def focused(self):
        return self.driver.switch_to.active_element

    def problems(self):
        """Returns the new messages of the console, which include violations of the security policy."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


def check(condition, *found):
    """Asserts a condition, even with the option -O, and reports what was found."""
    if not condition:
        raise AssertionError(*found)


def is_page(page, number, rows, summary):
    page.wait(f"page {number}", lambda: page.texts("#heading") == [f"Page {number} of 15"])
    check(len(page.all("#rows > tr")) == rows, page.texts("#rows > tr"))
    check(summary in page.text("#summary"), page.text("#summary"))
    check(page.texts("#pages [aria-current=page]") == [str(number)], page.texts("#pages li"))
    check(page.focused().get_property("id") == "heading", page.focused().get_property("outerHTML"))
    check(f"Page {number} of 15" in page.driver.title, page.driver.title)


def is_accessible(page):
    """Checks the rules of WCAG and axe's best practices, including contrast."""
    axe = Axe(page.driver)
    axe.inject()
    violations = axe.run()["violations"]
    check(not violations, axe.report(violations))


def fits(page):
    overflowing = page.run(OVERFLOWING)
    check(not overflowing, overflowing)


def first_middle_and_last_page(page):
    page.submit(DEMO["good"])
    is_page(page, 1, 20, "Tokens 1 to 20 of 293")
    check(page.texts("#pages li")[0] == "« Previous" and not page.all("#pages li:first-child a"))
    page.follow("8")
    is_page(page, 8, 20, "Tokens 141 to 160 of 293")
    labels = "« Previous,1,2,...,5,6,7,8,9,10,11,...,14,15,Next »".split(",")
    check(page.texts("#pages li") == labels, page.texts("#pages li"))
    page.follow("15")
    is_page(page, 15, 13, "Tokens 281 to 293 of 293")
    page.follow("« Previous")
    is_page(page, 14, 20, "Tokens 261 to 280 of 293")
    page.driver.back()
    is_page(page, 15, 13, "Tokens 281 to 293 of 293")


def a_status_and_an_order(page):
    page.submit(DEMO["good"])
    is_page(page, 1, 20, "of 293")
    page.follow("8")
    is_page(page, 8, 20, "of 293")
    Select(page.all("#status")[0]).select_by_visible_text("revoked")
    page.wait("the first page", lambda: page.texts("#heading") == ["Page 1 of 5"])
    check("Tokens 1 to 20 of 83" in page.text("#summary"), page.text("#summary"))
    check(set(page.texts(".status")) == {"revoked"}, page.texts(".status"))
    Select(page.all("#direction")[0]).select_by_visible_text("newest first")
    page.wait("the newest token", lambda: page.texts("#rows .id")[:1] == ["#290"])
    page.follow("5")
    page.wait("the last page", lambda: page.texts("#heading") == ["Page 5 of 5"])
    check(set(page.texts(".status")) == {"revoked"}, page.texts(".status"))
    # The browser's history also contains the choices.
    for _ in range(3):
        page.driver.back()
    is_page(page, 8, 20, "of 293")
    check([it.get_property("value") for it in page.all("select")] == ["", ""], "the choices were not reset")
    is_accessible(page)
    page.open("light", WIDE, fragment="#page=1&status=gone")
    page.submit(DEMO["good"])
    page.wait("a problem", lambda: "Bad Request (400)" in page.texts("#problem h2"))
    check("must be `active`, `expired` or `revoked`" in page.text("#problem"), page.text("#problem"))
    logged = page.problems()
    check(len(logged) == 1 and "a status of 400" in logged[0], logged)


def the_values_of_a_token(page):
    page.submit(DEMO["good"])
    is_page(page, 1, 20, "Times in Europe/Berlin")
    check(page.texts(".status")[:4] == ["active", "expired", "revoked", "active"], page.texts(".status"))
    names = page.texts(".name")
    for name in ["<script>alert(1)</script>", "C:\\deploy\\key⇥and↵a second line", "no name", "␣␣spaces around␣␣"]:
        check(name in names, names)
    check("Anywhere" in page.texts("#rows .allowed_ips") and "Nowhere" in page.texts("#rows .allowed_ips"))
    check(["203.0.113.12", "2001:db8::/32"] == page.texts("#rows > tr:nth-child(4) code"), page.texts("#rows code"))
    expired = page.all("#rows > tr:nth-child(2) .expires_at")[0]
    check(expired.text.startswith("1 hour ago"), expired.text)
    # The attribute of the time element is in UTC. The text is the same time in the reader's time zone.
    shown = page.run("""
        const time = document.querySelector("#rows > tr:nth-child(2) time");
        const format = { dateStyle: "medium", timeStyle: "short", timeZone: "Europe/Berlin" };
        return [time.dateTime, time.textContent, new Date(time.dateTime).toLocaleString(navigator.language, format)];
    """)
    check(shown[0].endswith("Z") and shown[1] == shown[2], shown)
    long = page.all("details")[0]
    check(len(long.get_property("textContent")) > 200 and long.size["height"] < 120, long.size)
    page.all("summary")[0].send_keys(Keys.ENTER)
    check(long.size["height"] > 120, long.size)
    page.focused().send_keys(Keys.ENTER)
    # The page selector is at the bottom of a wide screen, and must not cover the focused element.
    covered = page.run("""
        const nav = document.querySelector("nav");
        const isCovered = (it) => (it.focus(), it.getBoundingClientRect().bottom > nav.getBoundingClientRect().top);
        return [...document.querySelectorAll("summary")].filter(isCovered).map((it) => it.outerHTML);
    """)
    check(not covered, covered)
    fits(page)


def a_rejection(page):
    page.submit(DEMO["good"])
    is_page(page, 1, 20, "of 293")
    page.submit(DEMO["expired"], by_key=True)
    page.wait("a problem", lambda: "Unauthorized (401)" in page.texts("#problem h2"))
    problem = page.all("[role=alert]")[0]
    check("Authentication failed" in problem.text and "Check that the secret is complete" in problem.text, problem.text)
    check(len(page.text("#problem .trace code")) == 32, problem.text)
    check(page.focused().get_property("id") == "secret", page.focused().get_property("outerHTML"))
    check(page.focused().get_attribute("aria-invalid") == "true")
    check(not page.all("#list")[0].is_displayed(), "the previous list is still visible")
    # The browser itself logs every response with an error status.
    logged = page.problems()
    check(len(logged) == 1 and "the server responded with a status of 401" in logged[0], logged)
    is_accessible(page)
    fits(page)
    # A valid secret removes the problem.
    page.submit(DEMO["single"])
    page.wait("the only token", lambda: page.texts("#heading") == ["Page 1 of 1"])
    check(page.texts(".name") == ["The only one"], page.texts(".name"))
    check(not problem.is_displayed() and not page.all("[aria-invalid]"), problem.text)


def a_malformed_page(page):
    page.open("light", WIDE, fragment="#page=x")
    page.submit(DEMO["good"])
    page.wait("a problem", lambda: "Bad Request (400)" in page.texts("#problem h2"))
    check("but has something other than the digits 0 to 9" in page.text("#problem"), page.text("#problem"))
    check(page.focused().text == "Go to page 1", page.focused().get_property("outerHTML"))
    page.focused().send_keys(Keys.ENTER)
    is_page(page, 1, 20, "of 293")
    logged = page.problems()
    check(len(logged) == 1 and "a status of 400" in logged[0], logged)


def no_response(page):
    page.submit(DEMO["good"])
    is_page(page, 1, 20, "of 293")
    page.command("Network.enable")
    cut = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    page.command("Network.emulateNetworkConditions", offline=True, **cut)
    page.follow("2")
    page.wait("a problem", lambda: "No response" in page.texts("#problem h2"))
    page.command("Network.emulateNetworkConditions", offline=False, **cut)
    check(page.focused().text == "Try again", page.focused().get_property("outerHTML"))
    page.focused().send_keys(Keys.ENTER)
    is_page(page, 2, 20, "of 293")
    logged = page.problems()
    check(len(logged) == 1 and "ERR_INTERNET_DISCONNECTED" in logged[0], logged)


def an_invalid_secret_is_not_sent(page):
    for text in ["", "  ", "one two", "clé"]:
        page.submit(text)
        page.wait("a problem", lambda: "Invalid secret" in page.texts("#problem h2"))
    check(not page.run("return performance.getEntriesByType('resource').filter((it) => it.name.includes('/api/'))"))


def a_secret_stays_in_memory(page):
    page.submit(DEMO["good"])
    is_page(page, 1, 20, "of 293")
    page.follow("2")
    is_page(page, 2, 20, "of 293")
    stored = page.run("return [location.href, document.cookie, ...Object.values(localStorage), ...Object.values(sessionStorage)]")
    check(stored == [f"{DEMO['url']}/#page=2", ""], stored)
    requested = page.run("return performance.getEntriesByType('resource').map((it) => it.name)")
    check(all(url.startswith(f"{DEMO['url']}/") and "|" not in url and "%7C" not in url for url in requested), requested)
    page.driver.refresh()
    check(page.all("#secret")[0].get_property("value") == "", "a reload does not remove the secret")
    check(not page.all("#list")[0].is_displayed())


def with_response(page, status, body, headers=None):
    """Replaces the responses to the page's next requests."""
    page.run(f"""
        const options = {{ status: {status}, headers: {json.dumps(headers or {})} }};
        fetch = async () => new Response({json.dumps(body)}, options);
    """)


def an_extreme_token(page):
    token = {
        "id": -(2**63),
        "name": "w" * 1000 + "\u202e\x07",
        "status": "on_hold",
        "last_used_at": "0000-01-01T00:00:00Z",
        "usage_count": 2**64 - 1,
        "expires_at": "9999-12-31T23:59:59Z",
        "created_at": "1969-12-31T23:59:59Z",
        "allowed_ips": ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"] * 3,
    }
    link = {"url": None, "label": "<b>1</b>", "page": 2**63 - 1, "active": False}
    meta = {"current_page": 2**63 - 1, "from": 2**64 - 1, "to": 2**64 - 1, "last_page": 2**64 - 1, "total": 2**64 - 1}
    with_response(page, 200, json.dumps({"data": [token], "meta": {**meta, "links": [link]}}))
    page.submit(DEMO["good"])
    page.wait("the token", lambda: page.all("#rows > tr"))
    # JavaScript's numbers would show other digits for these integers.
    check(page.texts("#heading") == ["Page 9,223,372,036,854,775,807 of 18,446,744,073,709,551,615"], page.texts("h2"))
    check(page.texts(".usage_count") == ["18,446,744,073,709,551,615"], page.texts(".usage_count"))
    check(page.texts("#rows .id") == ["#-9223372036854775808"], page.texts("#rows .id"))
    check(page.texts("#rows .sign") == ["U+202E", "U+0007"] and page.texts(".status") == ["on_hold"])
    check(page.all("#pages a")[0].get_dom_attribute("href") == "#page=9223372036854775807", page.texts("#pages li"))
    is_accessible(page)
    fits(page)


def other_responses(page):
    problem = "application/problem+json"
    errors = [{"parameter": name, "detail": "is <i>wrong</i>"} for name in ["page", "per_page"]]
    for status, body, headers, shown in [
        (503, {"title": "Busy"}, {"content-type": problem, "retry-after": "7"}, ["Busy (503)", "in 7 seconds", "Try again"]),
        (504, {"title": "Late"}, {"content-type": problem}, ["Late (504)", "took too long", "Try again"]),
        (500, {"title": "Broken", "trace_id": "t-1"}, {"content-type": problem}, ["Broken (500)", "Trace t-1", "with the trace"]),
        (502, "<h1>Bad gateway</h1>", {"content-type": "text/html"}, ["No page (502)", "Try again"]),
        (400, {"title": "Bad", "errors": errors}, {"content-type": problem}, ["page is <i>wrong</i>", "per_page is <i>"]),
        (401, "{", {"content-type": problem}, ["No response"]),
        (200, "[]", {}, ["No response"]),
    ]:
        with_response(page, status, body if isinstance(body, str) else json.dumps(body), headers)
        page.submit(DEMO["good"])
        page.wait(f"{shown}", lambda: all(text in page.text("#problem") for text in shown))
        is_accessible(page)
        fits(page)


def looks(page, scheme):
    """Checks the page in one colour scheme, on screens of different widths."""
    ground = page.run("return getComputedStyle(document.body).backgroundColor")
    check((sum(map(int, ground[4:-1].split(","))) > 384) == (scheme == "light"), ground)
    is_accessible(page)
    page.submit(DEMO["good"])
    is_page(page, 1, 20, "of 293")
    page.follow("8")
    is_page(page, 8, 20, "of 293")
    is_accessible(page)
    fits(page)
    # The table needs a width of at least 1024 pixels.
    for width in [1024, 1023, NARROW]:
        page.resize(width, 740)
        fits(page)
    is_accessible(page)


def screenshot(page, path):
    page.submit(DEMO["good"])
    is_page(page, 1, 20, "of 293")
    # Not by a click, because the element under the mouse would look different.
    page.run("location.hash = '#page=7'; scrollTo(0, 0)")
    is_page(page, 7, 20, "of 293")
    page.driver.save_screenshot(path)
    check(os.path.getsize(path) < 300_000, os.path.getsize(path))


def main(path):
    with tempfile.TemporaryDirectory() as profile:
        page = Page(profile)
        try:
            for scheme in ["light", "dark"]:
                page.open(scheme, WIDE)
                looks(page, scheme)
                check(not (logged := page.problems()), logged)
                print(f"{scheme}: ok")
            for test in [
                first_middle_and_last_page,
                a_status_and_an_order,
                the_values_of_a_token,
                a_rejection,
                a_malformed_page,
                no_response,
                an_invalid_secret_is_not_sent,
                a_secret_stays_in_memory,
                an_extreme_token,
                other_responses,
            ]:
                for width in [WIDE, NARROW]:
                    page.open("dark" if width == NARROW else "light", width)
                    test(page)
                    check(not (logged := page.problems()), logged)
                print(f"{test.__name__}: ok")
            page.open("light", WIDE)
            screenshot(page, path)
        finally:
            page.driver.quit()


main(sys.argv[1])
