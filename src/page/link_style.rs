//! The style of the array of page links.

use std::borrow::Cow;

/// The style of the array of page links: its pages and its labels.
///
/// By default it shows three pages on each side of the current one, and the labels `« Previous`, `Next »` and `...`.
///
/// # Examples
///
/// ```
/// use tokenfolio::{LinkStyle, Page, Pagination};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pagination = Pagination::new("/fruit")?;
///
/// // Page 50 of 100, with one page on each side.
/// let german = LinkStyle::default().with_labels("« Zurück", "Weiter »").with_gap_label("…").with_on_each_side(1);
/// let page = pagination.clone().with_link_style(german).request("page=50")?.paginate(vec!["fig"; 20], 2_000);
/// let labels: Vec<_> = Page::from(page).meta.links.into_iter().map(|link| link.label).collect();
/// assert_eq!(labels, ["« Zurück", "1", "2", "…", "49", "50", "51", "…", "99", "100", "Weiter »"]);
///
/// let laravel = LinkStyle::laravel_entities();
/// let page = pagination.clone().with_link_style(laravel).request("")?.paginate(vec!["fig"], 1);
/// assert_eq!(serde_json::to_value(page)?["meta"]["links"][2]["label"], "Next &raquo;");
///
/// let without_array = LinkStyle::default().without_array();
/// let page = pagination.with_link_style(without_array).request("")?.paginate(vec!["fig"], 1);
/// assert_eq!(serde_json::to_value(page)?["meta"].get("links"), None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LinkStyle {
    pub(crate) on_each_side: u8,
    labels: Labels,
    has_array: bool,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Labels {
    pub(crate) previous: Cow<'static, str>,
    pub(crate) gap: Cow<'static, str>,
    pub(crate) next: Cow<'static, str>,
}

impl Default for LinkStyle {
    fn default() -> Self {
        let labels = Labels { previous: "« Previous".into(), gap: "...".into(), next: "Next »".into() };
        Self { on_each_side: 3, labels, has_array: true }
    }
}

impl LinkStyle {
    /// Creates the style of a Laravel application without translations. Its labels have HTML entities.
    #[must_use]
    pub fn laravel_entities() -> Self {
        Self::default().with_labels("&laquo; Previous", "Next &raquo;")
    }

    /// Sets the number of pages on each side of the current one.
    ///
    /// Near an end of the list, the array has more pages on one side, so that its length does not change.
    #[doc(alias = "onEachSide")]
    #[must_use]
    pub fn with_on_each_side(self, on_each_side: u8) -> Self {
        Self { on_each_side, ..self }
    }

    /// Sets the labels of the links to the page before and the page after.
    #[must_use]
    pub fn with_labels(mut self, previous: impl Into<Cow<'static, str>>, next: impl Into<Cow<'static, str>>) -> Self {
        self.labels.previous = previous.into();
        self.labels.next = next.into();
        self
    }

    /// Sets the label of a gap between page numbers.
    #[must_use]
    pub fn with_gap_label(mut self, gap: impl Into<Cow<'static, str>>) -> Self {
        self.labels.gap = gap.into();
        self
    }

    /// Returns the labels of the array. `None` if there is no array.
    pub(crate) fn array(&self) -> Option<&Labels> {
        self.has_array.then_some(&self.labels)
    }

    /// Leaves the array out. On a page of 20 tokens, the array is about a quarter of the bytes.
    #[must_use]
    pub fn without_array(self) -> Self {
        Self { has_array: false, ..self }
    }
}
