"""Requests the endpoint from a page on the permitted origin, and from a page on another origin."""

import json
import os
import tempfile

from selenium import webdriver

SERVERS = json.loads(os.environ["SERVERS"])
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

# Follows `next` to the last page. Returns the ids of all pages, or the first response that is not a page, or the error.
WALK = """
    const [first, secret, done] = arguments;
    const headers = { authorization: `Bearer ${secret}` };
    const walk = async () => {
        const ids = [];
        let url = first;
        while (url !== null) {
            const response = await fetch(url, { headers });
            const body = await response.json();
            const exposed = ["link", "www-authenticate"].filter((name) => response.headers.has(name));
            if (!response.ok) return { status: response.status, title: body.title, exposed };
            if (!exposed.includes("link")) throw new Error("the page cannot read `Link`");
            ids.push(...body.data.map((token) => token.id));
            url = body.links.next;
        }
        return { ids };
    };
    walk().catch((error) => ({ error: error.name })).then(done);
"""


def check(found, expected):
    if found != expected:
        raise AssertionError(f"found {found}, expected {expected}")


with tempfile.TemporaryDirectory() as profile:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    driver = webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))
    try:
        for server in ["axum", "actix-web"]:
            driver.get(SERVERS["page"])
            all_ids = {"ids": list(range(1, 42))}
            check(driver.execute_async_script(WALK, SERVERS[server], "for-tests-only"), all_ids)
            rejected = {"status": 401, "title": "Unauthorized", "exposed": ["www-authenticate"]}
            check(driver.execute_async_script(WALK, SERVERS[server], "guessed"), rejected)

            # With another name of the host, the same page has another origin.
            driver.get(SERVERS["page"].replace("127.0.0.1", "localhost"))
            check(driver.execute_async_script(WALK, SERVERS[server], "for-tests-only"), {"error": "TypeError"})
            print(f"{server}: only a page on the permitted origin lists the 41 tokens")
    finally:
        driver.quit()
