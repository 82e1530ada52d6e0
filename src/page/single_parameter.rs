//! Finds the query parameter that has a given name. A query may have this parameter at most once.

use std::borrow::Cow;

use crate::page::lenient::{self, Shape};
use crate::page::query_error::Reason;
use crate::text::query::{self, is_or_is_in};

/// Returns the shape of the variable `name`, if a query parameter with the decoded name `parameter` sets it. `None` if
/// the query parameter sets another variable.
///
/// In a lenient list, a parameter also sets the variable if PHP reads its name as `name`.
pub(crate) fn shape(parameter: &[u8], name: &str, is_lenient: bool) -> Option<Shape> {
    if parameter == name.as_bytes() {
        Some(Shape::Scalar)
    } else if is_or_is_in(parameter, name) {
        Some(Shape::Array)
    } else if is_lenient {
        lenient::shape(parameter, name)
    } else {
        None
    }
}

/// Returns the value of the only parameter that has the name `name`. `None` if the query does not have this parameter.
pub(crate) fn single_value<'q>(query: &'q str, name: &str, is_lenient: bool) -> Result<Option<Cow<'q, [u8]>>, Reason> {
    let mut found = None;
    for parameter in query::parameters(query) {
        match shape(&parameter.name(), name, is_lenient) {
            None => {}
            Some(Shape::Array) => return Err(Reason::Brackets),
            Some(Shape::Scalar) if found.is_some() => return Err(Reason::Repeated),
            Some(Shape::Scalar) => found = Some(parameter.value()),
        }
    }
    Ok(found)
}
