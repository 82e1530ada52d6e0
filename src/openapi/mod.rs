//! The OpenAPI descriptions: a packaged one with every option of the endpoint, and one for each configured endpoint.
//!
//! The description of a configured endpoint is `openapi.json` with changes, so that both use the same words.

mod document;
mod page;
mod parameters;
mod problems;

use serde_json::{Map, Value, json};

use crate::auth::Authenticator;
use crate::endpoint::ListTokens;
use crate::openapi::document::{Document, PATH_ITEM};
use crate::page::base_url;

/// The OpenAPI 3.1 description of the endpoint at `/api/v1/me/tokens`, with every option of the endpoint enabled.
///
/// It is the text of the package's `openapi.json`.
///
/// [`ListTokens::openapi`] returns the description of an endpoint as it is configured.
///
/// # Examples
///
/// ```
/// # fn main() -> serde_json::Result<()> {
/// let document: serde_json::Value = serde_json::from_str(tokenfolio::OPENAPI_JSON)?;
/// assert_eq!(document["openapi"], "3.1.0");
/// assert_eq!(document["components"]["parameters"]["per_page"]["schema"]["minimum"], 1);
/// # Ok(())
/// # }
/// ```
pub const OPENAPI_JSON: &str = include_str!("../../openapi.json");

impl<S, A: Authenticator> ListTokens<S, A> {
    /// Returns the OpenAPI 3.1 description of this endpoint.
    ///
    /// It is [`OPENAPI_JSON`](crate::OPENAPI_JSON) with the configuration of this endpoint: the URL, the names and
    /// limits of the parameters, the order, the challenge and the links. A parameter, header, response or member that
    /// the endpoint does not offer is left out, and so is every component that nothing references. The examples are
    /// responses of this endpoint.
    ///
    /// `info` names this library. Set your own title and version. The order of the members is the order of
    /// `serde_json`'s map: sorted by name, or as in `openapi.json` if the feature `preserve_order` of `serde_json` is
    /// enabled.
    ///
    /// Each call parses the packaged document. Call it once, when the service starts.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tokenfolio::{Authenticated, Authenticator, BearerToken, ListTokens, MemoryStore, Pagination, StoreError};
    /// # struct Nobody;
    /// # impl Authenticator for Nobody {
    /// #     type Owner = i64;
    /// #     async fn find(&self, _: &BearerToken) -> Result<Option<Authenticated<i64>>, StoreError> { Ok(None) }
    /// # }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let store = MemoryStore::<i64>::new();
    /// # let authenticator = Nobody;
    /// let pagination = Pagination::new("https://api.example.com/v2/tokens")?.with_status_filter("filter[status]")?;
    /// let document = ListTokens::new(store, authenticator, pagination).openapi();
    ///
    /// assert_eq!(document["servers"][0]["url"], "https://api.example.com");
    /// assert!(document["paths"]["/v2/tokens"]["get"].is_object());
    /// assert_eq!(document["components"]["parameters"]["status"]["name"], "filter[status]");
    /// assert_eq!(document["components"]["parameters"].get("direction"), None);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn openapi(&self) -> Value {
        // A test checks that this text is JSON.
        let mut document = Document::parse(OPENAPI_JSON);
        document.remove("/info/license");
        self.describe_parameters(&mut document);
        self.describe_page(&mut document);
        self.describe_examples(&mut document);
        self.describe_problems(&mut document);
        self.describe_url(&mut document);
        document.remove_unused_components();
        document.into_value()
    }

    fn describe_url(&self, document: &mut Document) {
        let (origin, path) = base_url::split(self.pagination.url());
        if !origin.is_empty() {
            document.set("/servers", [json!({"url": origin})]);
        }
        document.remove(&format!("{PATH_ITEM}/description"));
        let path_item = document.part(PATH_ITEM);
        document.set("/paths", Map::from_iter([(path.to_owned(), path_item)]));
    }
}
