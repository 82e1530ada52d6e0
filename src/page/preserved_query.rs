//! The parameters that every link of a page repeats.

use std::collections::HashMap;
use std::mem;

use crate::page::pagination::{Config, Position};
use crate::page::query_error::QueryError;
use crate::text::percent;
use crate::text::query;

/// The parameters that come before the page parameter or the cursor parameter in every link.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct PreservedQuery {
    /// The parameters as they are written, each followed by `&`.
    written: String,
}

impl PreservedQuery {
    pub(crate) fn as_str(&self) -> &str {
        &self.written
    }

    /// Appends the parameters of a raw query string, except the position.
    pub(crate) fn extend(&mut self, raw: &str, position_name: &str, config: &Config) -> Result<(), QueryError> {
        for parameter in query::parameters(raw) {
            if !query::is_or_is_in(&parameter.name(), position_name) {
                self.push(&percent::escape_query(parameter.as_str()), config)?;
            }
        }
        Ok(())
    }

    /// Sets parameters. The position and the names that the pagination reads are ignored.
    pub(crate) fn set<N, V>(
        &mut self,
        parameters: &[(N, V)],
        position: Position,
        config: &Config,
    ) -> Result<(), QueryError>
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        // Maps the name of each new parameter to its encoded form, or to `None` after the parameter has been written.
        let mut unwritten = HashMap::new();
        for (name, value) in parameters {
            let name = name.as_ref();
            if !config.reads(name, position) {
                unwritten.insert(name.as_bytes(), Some(encode(name, value.as_ref())));
            }
        }
        let before = mem::take(&mut self.written);
        for parameter in query::parameters(&before) {
            match unwritten.get_mut(&*parameter.name()).map(Option::take) {
                Some(Some(written)) => self.push(&written, config)?,
                Some(None) => {}
                None => self.push(parameter.as_str(), config)?,
            }
        }
        for (name, _) in parameters {
            if let Some(written) = unwritten.get_mut(name.as_ref().as_bytes()).and_then(Option::take) {
                self.push(&written, config)?;
            }
        }
        Ok(())
    }

    /// Appends a parameter as it is written.
    pub(crate) fn push(&mut self, parameter: &str, config: &Config) -> Result<(), QueryError> {
        let max = config.max_query_len;
        if self.written.len() + parameter.len() > max {
            return Err(QueryError::too_long(max));
        }
        self.written += parameter;
        self.written.push('&');
        Ok(())
    }
}

/// Encodes a parameter by RFC 3986, section 2.3: a space is `%20`.
pub(crate) fn encode(name: &str, value: &str) -> String {
    format!("{}={}", percent::encode(name), percent::encode(value))
}
