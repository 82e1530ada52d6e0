//! The query parameters that every kind of list reads: the page size, the choices, and the parameters that links preserve.

use std::num::NonZeroU32;

use crate::page::number::NumberKind;
use crate::page::pagination::{ChoiceKind, ClientSize, Config, Pagination, Position};
use crate::page::preserved_query::{self, PreservedQuery};
use crate::page::query_error::{ParameterErrors, QueryError};
use crate::store::TokenOrder;
use crate::token::status::TokenStatus;

/// The parameters of a request for a list, except its position (a page or a cursor).
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ListParameters {
    pagination: Pagination,
    position: Position,
    per_page: NonZeroU32,
    /// The chosen value of each choice of the pagination, in the order of the choices.
    chosen: Vec<Option<&'static str>>,
    preserved_query: PreservedQuery,
}

impl ListParameters {
    /// Reads the parameters of a query, except the position. `errors` has the mistake in the position, if there is one.
    ///
    /// The error names every parameter that is wrong.
    pub(crate) fn read(
        pagination: &Pagination,
        query: &str,
        position: Position,
        mut errors: ParameterErrors,
    ) -> Result<Self, QueryError> {
        let config = pagination.config();
        let mut size = None;
        if let Some(ClientSize { name, max }) = &config.client_size {
            size = errors.keep(NumberKind::Size { max: *max }.read(query, name, config.is_lenient));
        }
        let chosen: Vec<_> =
            config.choices.iter().map(|(_, choice)| errors.keep(choice.read(query, config.is_lenient))).collect();
        errors.into_result()?;

        let size = size.and_then(|size| u32::try_from(size).ok()).and_then(NonZeroU32::new);
        let mut preserved_query = PreservedQuery::default();
        if config.preserves_query {
            preserved_query.extend(query, config.position_name(position), config)?;
        } else {
            if let (Some(ClientSize { name, .. }), Some(size)) = (&config.client_size, size) {
                preserved_query.push(&preserved_query::encode(name, &size.to_string()), config)?;
            }
            for ((_, choice), value) in config.choices.iter().zip(&chosen) {
                if let Some(value) = value {
                    preserved_query.push(&preserved_query::encode(&choice.name, value), config)?;
                }
            }
        }
        let per_page = size.unwrap_or(config.per_page);
        Ok(Self { pagination: pagination.clone(), position, per_page, chosen, preserved_query })
    }

    /// Sets parameters that links preserve. The names that the list reads are ignored.
    pub(crate) fn set<N, V>(&mut self, parameters: impl IntoIterator<Item = (N, V)>) -> Result<(), QueryError>
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let parameters: Vec<_> = parameters.into_iter().collect();
        self.preserved_query.set(&parameters, self.position, self.pagination.config())
    }

    pub(crate) fn config(&self) -> &Config {
        self.pagination.config()
    }

    pub(crate) fn per_page(&self) -> NonZeroU32 {
        self.per_page
    }

    /// Returns the number of items to read for a page without a total.
    pub(crate) fn limit_and_one(&self) -> u64 {
        u64::from(self.per_page.get()) + 1
    }

    /// Drops the items after a full page. Returns whether there are any.
    pub(crate) fn cut_to_page<T>(&self, items: &mut Vec<T>) -> bool {
        let Ok(per_page) = usize::try_from(self.per_page.get()) else { return false };
        let has_more = items.len() > per_page;
        items.truncate(per_page);
        has_more
    }

    /// Returns the chosen status of the tokens.
    pub(crate) fn status(&self) -> Option<TokenStatus> {
        self.chosen(|kind, _| kind == ChoiceKind::Status)?.parse().ok()
    }

    /// Returns the chosen order of the tokens.
    pub(crate) fn direction(&self) -> Option<TokenOrder> {
        self.chosen(|kind, _| kind == ChoiceKind::Direction)?.parse().ok()
    }

    /// Returns the chosen value of a parameter.
    pub(crate) fn choice(&self, name: &str) -> Option<&'static str> {
        self.chosen(|_, choice_name| choice_name == name)
    }

    fn chosen(&self, is_meant: impl Fn(ChoiceKind, &str) -> bool) -> Option<&'static str> {
        let mut choices = self.config().choices.iter().zip(&self.chosen);
        choices.find_map(|((kind, choice), value)| if is_meant(*kind, &choice.name) { *value } else { None })
    }

    /// Returns the parts of every URL before the value of the page parameter or the cursor parameter.
    pub(crate) fn before_position(&self) -> [&str; 4] {
        let config = self.config();
        [&config.url, "?", self.preserved_query.as_str(), config.position_parameter(self.position)]
    }

    /// Returns the length of every URL without its page or cursor.
    pub(crate) fn url_len_without_position(&self) -> usize {
        self.before_position().into_iter().map(str::len).sum::<usize>() + self.after_position().len()
    }

    /// Returns the part of every URL after the value of the page parameter or the cursor parameter.
    pub(crate) fn after_position(&self) -> &str {
        &self.config().fragment
    }
}
