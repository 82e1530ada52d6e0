// Lists the tokens of a pasted secret. The page inserts everything that the server sends as text, never as markup.

const byId = (id) => document.getElementById(id);
const [form, field, problem, heading, summary, list] = ["request", "secret", "problem", "heading", "summary", "list"].map(byId);
const choices = [byId("status"), byId("direction")];

// The page is in English. Numbers and times have the format of the reader's variant of English.
const locale = navigator.languages.find((language) => /^en\b/.test(language)) ?? "en";
const absolute = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(locale);
const zone = absolute.resolvedOptions().timeZone;

let secret = null;
let pending = new AbortController();

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const pasted = field.value.trim();
  // Another secret has another list, which starts at page 1. The first secret keeps the page of the URL.
  if (secret !== null && secret !== pasted) history.replaceState(null, "", pageHref(1));
  secret = pasted;
  load();
});

for (const choice of choices) {
  // Another choice is another list, which starts at page 1. The new fragment loads it.
  choice.addEventListener("change", () => (location.hash = pageHref(1)));
}

/** Returns the fragment of a page of the chosen list. */
function pageHref(page) {
  const chosen = choices.filter(({ value }) => value !== "").map(({ id, value }) => [id, value]);
  return `#${new URLSearchParams([["page", page], ...chosen])}`;
}

// The fragment contains the page, so that the browser can go back and forward. Browsers do not send it to a server.
addEventListener("hashchange", () => secret !== null && load());

async function load() {
  pending.abort();
  pending = new AbortController();
  const { signal } = pending;
  list.ariaBusy = "true";
  summary.textContent = "Loading …";
  try {
    const show = await request(signal);
    if (!signal.aborted) show();
  } catch {
    const detail = "The server did not respond, or sent an unexpected response.";
    const advice = "Check that the server is running, then try again.";
    if (!signal.aborted) showProblem({ title: "No response", detail, advice, status: 0 });
  } finally {
    if (!signal.aborted) list.ariaBusy = "false";
  }
}

/** Requests the page in the fragment, and returns a function that shows the response. */
async function request(signal) {
  if (!/^[!-~]+$/.test(secret)) {
    const detail = "A secret contains only ASCII letters, digits and punctuation.";
    return () => showProblem({ title: "Invalid secret", detail, advice: "Copy a secret from the first line that the server printed." });
  }
  const url = new URL("api/v1/me/tokens", document.baseURI);
  const fragment = new URLSearchParams(location.hash.slice(1));
  url.searchParams.set("page", fragment.get("page") ?? "1");
  for (const choice of choices) {
    choice.value = fragment.get(choice.id) ?? "";
    if (fragment.has(choice.id)) url.searchParams.set(choice.id, fragment.get(choice.id));
  }
  const headers = { authorization: `Bearer ${secret}`, traceparent: traceparent() };
  const response = await fetch(url, { headers, signal, cache: "no-store", credentials: "omit", redirect: "error" });
  const text = await response.text();
  if (response.ok) {
    const page = JSON.parse(text, reviveInteger);
    return () => showPage(page);
  }
  const isProblem = /^application\/problem\+json\b/i.test(response.headers.get("content-type"));
  const received = isProblem ? JSON.parse(text) : { title: "No page" };
  const advice = adviceFor(response.status, response.headers.get("retry-after"));
  return () => showProblem({ ...received, status: response.status, advice });
}

/** Creates the trace of a request, whose id a problem then contains (W3C Trace Context, section 3.2). */
function traceparent() {
  const hex = [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `00-${hex.slice(0, 32)}-${hex.slice(32)}-00`;
}

/** Returns an integer without rounding, if the browser supports `context.source`. */
function reviveInteger(_, value, context) {
  const isExact = typeof value !== "number" || Number.isSafeInteger(value) || !/^-?\d+$/.test(context?.source);
  return isExact ? value : BigInt(context.source);
}

function adviceFor(status, retryAfter) {
  switch (status) {
    case 400:
      return "Use the link to page 1.";
    case 401:
      return "Check that the secret is complete, and that its token is active and allowed from this address. For security, the server does not report the reason.";
    case 503:
      return `The request is valid. Try again in ${count(retryAfter ?? 1, "second")}.`;
    case 504:
      return "The request is valid, but took too long. Try again.";
    default:
      return "If this happens again, report it to the server’s operators, with the trace if there is one.";
  }
}

function showPage({ data, meta }) {
  problem.hidden = true;
  field.ariaInvalid = null;
  list.hidden = heading.hidden = false;
  heading.textContent = `Page ${number(meta.current_page)} of ${number(meta.last_page)}`;
  summary.textContent = data.length
    ? `Tokens ${number(meta.from)} to ${number(meta.to)} of ${number(meta.total)}. Times in ${zone}.`
    : `No tokens on this page, ${number(meta.total)} in total.`;
  document.title = `${heading.textContent} · Access tokens`;
  byId("rows").replaceChildren(...data.map(row));
  byId("rows").parentElement.hidden = data.length === 0;
  byId("pages").replaceChildren(...meta.links.map(pageLink));
  heading.focus();
}

function showProblem({ title, detail, errors, status, advice, trace_id: trace }) {
  list.hidden = heading.hidden = true;
  summary.textContent = "";
  document.title = `${title} · Access tokens`;
  const { content, part } = copy("problem-content");
  part("title").textContent = status ? `${title} (${status})` : title;
  part("advice").textContent = advice;
  fill(part("detail"), detail);
  fill(part("trace"), trace, (paragraph) => (paragraph.querySelector("code").textContent = trace));
  // The detail of a problem repeats its only error, so a list is shown only for several errors.
  fill(part("errors"), errors?.length > 1, (items) => {
    items.append(...errors.map(({ parameter, detail }) => element("li", `${parameter} ${detail}`)));
  });
  fill(part("first"), status === 400, () => {});
  fill(part("retry"), status === 0 || status >= 500, (button) => button.addEventListener("click", load));
  problem.hidden = false;
  problem.replaceChildren(content);
  // Focuses the element of the next step: the secret to correct, or the button to try again.
  const isSecret = status === 401 || status === undefined;
  field.ariaInvalid = isSecret ? "true" : null;
  (isSecret ? field : problem.querySelector(".row > *"))?.focus();
}

/** Writes a value into an element, or removes the element if there is no value. */
function fill(target, value, write = () => (target.textContent = value)) {
  if (value) write(target);
  else target.remove();
}

function row(token) {
  const { content, part } = copy("row");
  showName(part("name"), token.name);
  part("id").textContent = `#${token.id}`;
  part("status").textContent = part("status").dataset.status = token.status;
  part("usage_count").textContent = number(token.usage_count);
  for (const name of ["last_used_at", "expires_at", "created_at"]) part(name).append(...moment(token[name]));
  part("allowed_ips").append(allowList(token.allowed_ips));
  return content;
}

const SIGNS = /([\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|^ +| +$)/u;

/** Shows a name. Replaces invisible characters, and characters that change the writing direction, by signs. */
function showName(target, name) {
  if (name === "") target.append(element("i", "no name", "quiet"));
  const pieces = name.split(SIGNS).map((piece, index) => (index % 2 ? element("span", sign(piece), "sign") : piece));
  if (name.length <= 120) return target.append(...pieces);
  const [details, start] = [document.createElement("details"), document.createElement("summary")];
  const text = element("span", "", "clamp");
  text.append(...pieces);
  start.append(text);
  details.append(start);
  target.append(details);
}

function sign(text) {
  const known = { " ": "␣", "\t": "⇥", "\n": "↵" }[text[0]];
  return known?.repeat(text.length) ?? `U+${text.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** Returns a time as elements: its distance from now, and the date and time in the reader's time zone. */
function moment(instant) {
  if (instant === null) return [element("span", "Never", "quiet")];
  const date = new Date(instant);
  const seconds = Math.trunc((date - Date.now()) / 1000);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  const time = element("time", absolute.format(date), "quiet");
  time.dateTime = time.title = instant;
  return [element("span", relative.format(Math.trunc(seconds / size), unit)), " ", time];
}

function allowList(entries) {
  if (entries === null) return element("span", "Anywhere", "quiet");
  if (entries.length === 0) return element("span", "Nowhere");
  const items = document.createElement("ul");
  for (const entry of entries) {
    const item = document.createElement("li");
    item.append(element("code", entry));
    items.append(item);
  }
  return items;
}

/** Returns an entry of the page selector. Does not use the entry's URL, whose origin must not receive the secret. */
function pageLink({ label, page, active }) {
  const item = document.createElement("li");
  const link = element(page === null ? "span" : "a", label);
  if (page !== null) link.href = pageHref(page);
  if (/^\d+$/.test(label)) link.ariaLabel = `Page ${label}`;
  if (active) link.ariaCurrent = "page";
  item.append(link);
  return item;
}

function copy(template) {
  const content = byId(template).content.cloneNode(true);
  return { content, part: (name) => content.querySelector(`.${name}`) };
}

function element(name, text, className = "") {
  return Object.assign(document.createElement(name), { textContent: text, className });
}

function number(value) {
  return value.toLocaleString(locale);
}

function count(value, unit) {
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(value);
}
