//! Describes the pages of an endpoint, and writes examples of them.

use serde_json::Value;

use crate::auth::Authenticator;
use crate::endpoint::ListTokens;
use crate::openapi::document::{Document, GET_RESPONSES, PATH_ITEM};
use crate::page::link_style::Labels;
use crate::page::pagination::ChoiceKind;
use crate::page::paginator::Paginator;
use crate::store::TokenOrder;

/// The total of the list in the example of a page past the end. The page itself has no tokens.
const TOTAL: u64 = 293;

impl<S, A: Authenticator> ListTokens<S, A> {
    pub(super) fn describe_page(&self, document: &mut Document) {
        let config = self.pagination.config();
        if config.preserves_query {
            let sentence = "The links of the page preserve all other parameters.";
            document.append_sentence(&format!("{PATH_ITEM}/get/description"), sentence);
        }
        if self.choice(ChoiceKind::Direction).is_none() {
            let sentence = match self.order {
                TokenOrder::OldestFirst => "The order is ascending.",
                TokenOrder::NewestFirst => "The order is descending.",
            };
            document.append_sentence("/components/schemas/TokenPage/properties/data/description", sentence);
        }
        document.set("/components/schemas/PageMeta/properties/path/examples", [self.pagination.url()]);
        document.set("/components/schemas/PageMeta/properties/per_page/examples", [config.per_page.get()]);
        match config.link_style.array() {
            Some(Labels { previous, gap, next }) => {
                let labels: [&str; 4] = [previous, "1", gap, next];
                document.set("/components/schemas/MetaLink/properties/label/examples", labels);
            }
            None => document.remove_property("/components/schemas/PageMeta", "links"),
        }
    }

    pub(super) fn describe_examples(&self, document: &mut Document) {
        let only_page = format!("{GET_RESPONSES}/200/content/application~1json/examples/only_page/value");
        let past_the_end = format!("{GET_RESPONSES}/200/content/application~1json/examples/past_the_end/value");
        let per_page = self.pagination.config().per_page.get();
        let mut rows = match document.part(&format!("{only_page}/data")) {
            Value::Array(rows) => rows,
            _ => Vec::new(),
        };
        rows.truncate(usize::try_from(per_page).unwrap_or(usize::MAX));
        if self.order == TokenOrder::NewestFirst {
            rows.reverse();
        }
        let total = rows.len() as u64;
        let after_last = TOTAL.div_ceil(per_page.into()) + 1;
        let mut link_header = None;
        for (pointer, page) in [
            (only_page, self.example_page(1, rows, total)),
            (past_the_end, self.example_page(after_last, Vec::new(), TOTAL)),
        ] {
            let Some(page) = page else { continue };
            document.set("/components/schemas/PageUrl/examples", [page.first_url()]);
            document.set(&pointer, serde_json::to_value(&page).unwrap_or_default());
            link_header = page.link_header().or(link_header);
        }
        // A list with only one page has the shortest `Link` header. If even that header is too long, no page has one.
        match link_header.filter(|_| self.has_link_header).as_ref().and_then(|header| header.to_str().ok()) {
            Some(header) => document.set("/components/headers/Link/example", header),
            None => document.remove_references("/components/headers/Link"),
        }
    }

    fn example_page(&self, page: u64, rows: Vec<Value>, total: u64) -> Option<Paginator<Value>> {
        let query = format!("{}{page}", self.pagination.config().page_parameter);
        Some(self.pagination.request(&query).ok()?.paginate(rows, total))
    }
}
