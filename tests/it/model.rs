//! The envelope, computed in the slow and obvious way.

use std::collections::BTreeSet;

use crate::ordered_json::{Json, object};

/// The highest page that a link may name.
const MAX_PAGE: i128 = (1 << 63) - 1;

/// The input of a page, in numbers that hold every product.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) total: i128,
    pub(crate) per_page: i128,
    pub(crate) page: i128,
    pub(crate) items: i128,
    pub(crate) last_page: i128,
    pub(crate) on_each_side: u8,
    /// `meta.path`.
    pub(crate) path: String,
    /// The URL of a page up to its number.
    pub(crate) before_page: String,
    /// The URL of a page after its number.
    pub(crate) fragment: String,
}

impl Model {
    pub(crate) fn from(&self) -> Option<i128> {
        (self.items > 0).then(|| ((self.page - 1) * self.per_page + 1).min(u64::MAX.into()))
    }

    pub(crate) fn to(&self) -> Option<i128> {
        (self.items > 0).then(|| ((self.page - 1) * self.per_page + self.items).min(u64::MAX.into()))
    }

    /// Returns `links` and `meta`, with `page` in every entry of the array.
    pub(crate) fn envelope(&self) -> Json {
        let url = |page: i128| format!("{}{page}{}", self.before_page, self.fragment);
        let last = self.last_page.min(MAX_PAGE);
        let prev = (self.page > 1).then_some(self.page - 1);
        let next = (self.page < last).then_some(self.page + 1);
        let link = |label: String, page: Option<i128>, is_active: bool| {
            object([
                ("url", page.map(url).into()),
                ("label", label.into()),
                ("page", page.into()),
                ("active", is_active.into()),
            ])
        };
        let mut array = vec![link("« Previous".to_owned(), prev, false)];
        for page in window(self.page, last, self.on_each_side) {
            let label = page.map_or_else(|| "...".to_owned(), |page| page.to_string());
            array.push(link(label, page, page == Some(self.page)));
        }
        array.push(link("Next »".to_owned(), next, false));
        object([
            (
                "links",
                object([
                    ("first", url(1).into()),
                    ("last", url(last).into()),
                    ("prev", prev.map(url).into()),
                    ("next", next.map(url).into()),
                ]),
            ),
            (
                "meta",
                object([
                    ("current_page", self.page.into()),
                    ("from", self.from().into()),
                    ("last_page", self.last_page.into()),
                    ("links", Json::Array(array)),
                    ("path", self.path.as_str().into()),
                    ("per_page", self.per_page.into()),
                    ("to", self.to().into()),
                    ("total", self.total.into()),
                ]),
            ),
        ])
    }
}

impl Model {
    /// Returns `links` and `meta` of a page without a total.
    pub(crate) fn simple_envelope(&self, has_more: bool) -> Json {
        let url = |page: i128| format!("{}{page}{}", self.before_page, self.fragment);
        object([
            (
                "links",
                object([
                    ("first", url(1).into()),
                    ("last", Json::Null),
                    ("prev", (self.page > 1).then(|| url(self.page - 1)).into()),
                    ("next", (has_more && self.page < MAX_PAGE).then(|| url(self.page + 1)).into()),
                ]),
            ),
            (
                "meta",
                object([
                    ("current_page", self.page.into()),
                    ("current_page_url", url(self.page).into()),
                    ("from", self.from().into()),
                    ("path", self.path.as_str().into()),
                    ("per_page", self.per_page.into()),
                    ("to", self.to().into()),
                ]),
            ),
        ])
    }
}

/// Returns the number of the last page.
pub(crate) fn last_page(total: i128, per_page: i128) -> i128 {
    ((total + per_page - 1) / per_page).max(1)
}

/// Returns the pages that are shown: a set of candidates, with a gap wherever two neighbours are not consecutive.
pub(crate) fn window(current: i128, last: i128, on_each_side: u8) -> Vec<Option<i128>> {
    let side = i128::from(on_each_side);
    let begins = 1..=2 * side + 10;
    let ends = last - (2 * side + 10)..=last;
    let around = current - side..=current + side;
    let is_near_start = current <= side + 4;
    let is_near_end = current > last - (side + 4);
    let is_shown = |page: &i128| {
        let page = *page;
        last < 2 * side + 8
            || page <= 2
            || page >= last - 1
            || (is_near_start && page <= 2 * side + 4)
            || (is_near_end && page >= last - (2 * side + 3))
            || (!is_near_start && !is_near_end && (page - current).abs() <= side)
    };
    let candidates = begins.chain(ends).chain(around).filter(|page| (1..=last).contains(page));
    let shown: BTreeSet<i128> = candidates.filter(is_shown).collect();
    let mut window = Vec::new();
    let mut before = 0;
    for page in shown {
        if page > before + 1 {
            window.push(None);
        }
        window.push(Some(page));
        before = page;
    }
    window
}

/// Percent-encodes all characters except the unreserved ones and `others`.
pub(crate) fn encode(text: &str, others: &str) -> String {
    let mut encoded = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || others.contains(c) {
            encoded.push(c);
        } else {
            let mut bytes = [0; 4];
            encoded.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    encoded
}

/// Encodes a fragment by RFC 3986, section 3.5. Valid escapes stay.
pub(crate) fn encode_fragment(fragment: &str) -> String {
    let is_hex = |c: Option<char>| c.is_some_and(|c| c.is_ascii_hexdigit());
    let mut encoded = String::new();
    for (index, c) in fragment.char_indices() {
        let mut after = fragment[index..].chars().skip(1);
        let is_escape = c == '%' && is_hex(after.next()) && is_hex(after.next());
        let others = if is_escape { "%" } else { "!$&'()*+,;=:@/?" };
        encoded += &encode(c.encode_utf8(&mut [0; 4]), others);
    }
    encoded
}
