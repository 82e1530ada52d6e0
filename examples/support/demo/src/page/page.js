// Lists the tokens of a pasted secret. Whatever comes from the server is set as text, never as markup.

const at = (id) => document.getElementById(id);
const [form, field, problem, heading, summary, list] = ["ask", "secret", "problem", "heading", "summary", "list"].map(at);
const choices = [at("status"), at("direction")];

// The page's own language, in the reader's variant of it.
const locale = navigator.languages.find((language) => /^en\b/.test(language)) ?? "en";
const absolute = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(locale);
const zone = absolute.resolvedOptions().timeZone;

let secret = null;
let pending = new AbortController();

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const pasted = field.value.trim();
  // Another caller has other pages. The first may have come by a link to one.
  if (secret !== null && secret !== pasted) history.replaceState(null, "", pageHref(1));
  secret = pasted;
  load();
});

for (const choice of choices) {
  // The list that is chosen begins with its own first page. Setting the fragment loads it.
  choice.addEventListener("change", () => (location.hash = pageHref(1)));
}

/** Returns the fragment of a page of the chosen list. */
function pageHref(page) {
  const chosen = choices.filter(({ value }) => value !== "").map(({ id, value }) => [id, value]);
  return `#${new URLSearchParams([["page", page], ...chosen])}`;
}

// Pages are told apart by the fragment, so that the browser's back and forward work, and nothing of it reaches a server.
addEventListener("hashchange", () => secret !== null && load());

async function load() {
  pending.abort();
  pending = new AbortController();
  const { signal } = pending;
  list.ariaBusy = "true";
  summary.textContent = "Loading …";
  try {
    const show = await ask(signal);
    if (!signal.aborted) show();
  } catch {
    const detail = "The server did not answer, or not as expected.";
    const advice = "See whether it still runs, then try again.";
    if (!signal.aborted) showProblem({ title: "No answer", detail, advice, status: 0 });
  } finally {
    if (!signal.aborted) list.ariaBusy = "false";
  }
}

/** Asks for the page that the fragment names, and returns what shows the answer. */
async function ask(signal) {
  if (!/^[!-~]+$/.test(secret)) {
    const detail = "A secret is one word of letters, digits and signs.";
    return () => showProblem({ title: "This is no secret", detail, advice: "Copy one from the server’s first line." });
  }
  const url = new URL("api/v1/me/tokens", document.baseURI);
  const asked = new URLSearchParams(location.hash.slice(1));
  url.searchParams.set("page", asked.get("page") ?? "1");
  for (const choice of choices) {
    choice.value = asked.get(choice.id) ?? "";
    if (asked.has(choice.id)) url.searchParams.set(choice.id, asked.get(choice.id));
  }
  const headers = { authorization: `Bearer ${secret}`, traceparent: traceparent() };
  const response = await fetch(url, { headers, signal, cache: "no-store", credentials: "omit", redirect: "error" });
  const text = await response.text();
  if (response.ok) {
    const page = JSON.parse(text, exactly);
    return () => showPage(page);
  }
  const isProblem = /^application\/problem\+json\b/i.test(response.headers.get("content-type"));
  const refusal = isProblem ? JSON.parse(text) : { title: "No page" };
  const advice = adviceFor(response.status, response.headers.get("retry-after"));
  return () => showProblem({ ...refusal, status: response.status, advice });
}

/** Makes a trace of its own for each request, which a problem then names (W3C Trace Context, section 3.2). */
function traceparent() {
  const hex = [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `00-${hex.slice(0, 32)}-${hex.slice(32)}-00`;
}

/** Revives whole numbers that a double cannot hold, where the browser shows their digits. */
function exactly(_, value, context) {
  const isExact = typeof value !== "number" || Number.isSafeInteger(value) || !/^-?\d+$/.test(context?.source);
  return isExact ? value : BigInt(context.source);
}

function adviceFor(status, retryAfter) {
  switch (status) {
    case 400:
      return "Follow one of the page links instead.";
    case 401:
      return "See that the secret is whole, and that its token is active and may be used from here. Which of these it was, the server never tells.";
    case 503:
      return `The request was fine. Try again in ${count(retryAfter ?? 1, "second")}.`;
    case 504:
      return "The request was fine, but took too long. Try again.";
    default:
      return "If it lasts, tell whoever runs the server. Where there is a trace, quote it.";
  }
}

function showPage({ data, meta }) {
  problem.hidden = true;
  field.ariaInvalid = null;
  list.hidden = heading.hidden = false;
  heading.textContent = `Page ${number(meta.current_page)} of ${number(meta.last_page)}`;
  summary.textContent = data.length
    ? `Tokens ${number(meta.from)} to ${number(meta.to)} of ${number(meta.total)}. Times in ${zone}.`
    : `No tokens here; ${number(meta.total)} in all.`;
  document.title = `${heading.textContent} · Access tokens`;
  at("rows").replaceChildren(...data.map(row));
  at("rows").parentElement.hidden = data.length === 0;
  at("pages").replaceChildren(...meta.links.map(pageLink));
  heading.focus();
}

function showProblem({ title, detail, errors, status, advice, trace_id: trace }) {
  list.hidden = heading.hidden = true;
  summary.textContent = "";
  document.title = `${title} · Access tokens`;
  const { content, part } = copy("refusal");
  part("title").textContent = status ? `${title} (${status})` : title;
  part("advice").textContent = advice;
  fill(part("detail"), detail);
  fill(part("trace"), trace, (paragraph) => (paragraph.querySelector("code").textContent = trace));
  // The detail of a malformed request says what its parts say; they are shown where there are several.
  fill(part("errors"), errors?.length > 1, (items) => {
    items.append(...errors.map(({ parameter, detail }) => element("li", `${parameter} ${detail}`)));
  });
  fill(part("first"), status === 400, () => {});
  fill(part("retry"), status === 0 || status >= 500, (button) => button.addEventListener("click", load));
  problem.hidden = false;
  problem.replaceChildren(content);
  // The keyboard goes to what there is to do: to correct the secret, or to ask again.
  const isSecret = status === 401 || status === undefined;
  field.ariaInvalid = isSecret ? "true" : null;
  (isSecret ? field : problem.querySelector(".row > *"))?.focus();
}

/** Writes what there is into an element, or takes the element away. */
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

/** Shows a name as it is, but for what could not be seen, or would turn the text around it. */
function showName(target, name) {
  if (name === "") target.append(element("i", "no name", "quiet"));
  const pieces = name.split(SIGNS).map((piece, at) => (at % 2 ? element("span", sign(piece), "sign") : piece));
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

/** An instant as a person reads it: how far away, and when by the reader's clock. */
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

/** An entry of the page selector. Its own URL may lead to another origin, where a secret must not follow. */
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
  const content = at(template).content.cloneNode(true);
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
