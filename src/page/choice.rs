//! Reads a query parameter that has one of a few values, such as `status=active`.

use std::borrow::Cow;

use crate::page::query_error::{ParameterError, Reason};
use crate::page::single_parameter::single_value;

/// A query parameter that has one of a few values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Choice {
    pub(crate) name: Cow<'static, str>,
    pub(crate) values: &'static [&'static str],
}

impl Choice {
    /// Reads the value that a query chooses. `None` if the query does not have the parameter.
    ///
    /// A lenient list compares names as PHP does. A duplicate is an error, also in a lenient list, and so is a value
    /// that is not one of the choices. If an unknown filter were ignored, the list would have items that the client did
    /// not ask for.
    pub(crate) fn read(&self, query: &str, is_lenient: bool) -> Result<Option<&'static str>, ParameterError> {
        let chosen = match single_value(query, &self.name, is_lenient) {
            Ok(None) => return Ok(None),
            Ok(Some(value)) => self.find(&value),
            Err(reason) => Err(reason),
        };
        chosen.map(Some).map_err(|reason| ParameterError::of_choice(self.name.clone(), self.values, reason))
    }

    fn find(&self, value: &[u8]) -> Result<&'static str, Reason> {
        match self.values.iter().find(|choice| choice.as_bytes() == value) {
            Some(choice) => Ok(choice),
            None if value.is_empty() => Err(Reason::Empty),
            None => Err(Reason::NotAChoice),
        }
    }
}
