//! How the links of a page look.

use std::borrow::Cow;

/// How the links of a page look: the array of page links, and the length of the `Link` header.
///
/// By default the array shows three pages on each side of the current one, under Laravel's labels as characters, and a
/// `Link` header has at most 3,000 bytes.
///
/// # Examples
///
/// ```
/// use tokenfolio::{LinkStyle, PageRequest, PageRules, PageUrls, Paginator};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let request = PageRequest::from_query("", &PageRules::default())?;
/// let page = Paginator::new(vec![1], 1, request, PageUrls::new("/")?);
///
/// let german = LinkStyle::default().with_labels("« Zurück", "Weiter »");
/// let json = serde_json::to_value(page.clone().with_style(german))?;
/// assert_eq!(json["meta"]["links"][2]["label"], "Weiter »");
///
/// let json = serde_json::to_value(page.with_style(LinkStyle::default().without_array()))?;
/// assert_eq!(json["meta"].get("links"), None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LinkStyle {
    pub(crate) on_each_side: u8,
    pub(crate) max_header_len: usize,
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
        // nginx answers a response whose headers exceed 4 kB with 502, unless it is configured otherwise.
        Self { on_each_side: 3, max_header_len: 3_000, labels, has_array: true }
    }
}

impl LinkStyle {
    /// Makes the style of a Laravel application that never translated its labels: they are HTML entities there.
    #[must_use]
    pub fn laravel_entities() -> Self {
        Self::default().with_labels("&laquo; Previous", "Next &raquo;")
    }

    /// Sets how many pages stand on each side of the current one. Near an end there are more, so that the array keeps
    /// its length.
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

    /// Sets the maximum length of a `Link` header in bytes. A page whose header would be longer has no `Link` header.
    #[must_use]
    pub fn with_max_header_len(self, max: usize) -> Self {
        Self { max_header_len: max, ..self }
    }

    /// The labels of the array, if it is there.
    pub(crate) fn array(&self) -> Option<&Labels> {
        self.has_array.then_some(&self.labels)
    }

    /// Leaves the array out, a quarter of a page's bytes, for clients that have no use for it.
    #[must_use]
    pub fn without_array(self) -> Self {
        Self { has_array: false, ..self }
    }
}
