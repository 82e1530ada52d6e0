//! Describes the problems of an endpoint.

use serde_json::{Map, json};

use crate::auth::Authenticator;
use crate::auth::challenge::BearerError;
use crate::endpoint::ListTokens;
use crate::openapi::document::{Document, GET_RESPONSES, HEAD_RESPONSES};
use crate::page::base_url;
use crate::page::preserved_query;
use crate::page::query_error::QueryError;
use crate::problem::Problem;

impl<S, A: Authenticator> ListTokens<S, A> {
    pub(super) fn describe_problems(&self, document: &mut Document) {
        match self.invalid_parameter() {
            Some(problem) => {
                let errors = problem.extension("errors").cloned().unwrap_or_default();
                for member in ["parameter", "detail"] {
                    let pointer = format!("/components/schemas/ParameterError/properties/{member}/examples");
                    document.set(&pointer, [errors[0][member].clone()]);
                }
                document.set(&example("400", "detail"), problem.detail());
                document.set(&example("400", "errors"), errors);
            }
            None => {
                remove_response(document, "400");
                document.remove_property("/components/schemas/Problem", "errors");
            }
        }
        if self.can_be_too_long() {
            let problem = Problem::from(QueryError::too_long(self.pagination.config().max_query_len));
            document.set(&example("414", "detail"), problem.detail());
        } else {
            remove_response(document, "414");
        }
        let (_, path) = base_url::split(self.pagination.url());
        let problem = Problem::unauthorized(path);
        document.set("/components/schemas/Problem/properties/instance/examples", [problem.instance()]);
        let responses = document.part(GET_RESPONSES);
        for status in responses.as_object().into_iter().flat_map(Map::keys) {
            document.set(&example(status, "instance"), problem.instance());
        }
        let errors = [None, Some(BearerError::InvalidRequest), Some(BearerError::InvalidToken)];
        let challenges = errors.map(|error| self.challenge.to_header_with_error(error));
        let challenges: Vec<_> = challenges.iter().filter_map(|challenge| challenge.to_str().ok()).collect();
        document.set("/components/headers/WWW-Authenticate/example", challenges.last().copied());
        let schema = json!({"type": "string", "x-extensible-enum": challenges});
        document.set("/components/headers/WWW-Authenticate/schema", schema);
        document.set("/components/headers/Retry-After/example", self.retry_after_seconds);
    }

    /// Returns the problem of a request with an invalid parameter. `None` if no parameter can be invalid.
    fn invalid_parameter(&self) -> Option<Problem> {
        let config = self.pagination.config();
        let query = if config.is_lenient {
            let (_, choice) = config.choices.first()?;
            let parameter = preserved_query::encode(&choice.name, "");
            format!("{parameter}&{parameter}")
        } else {
            format!("{}0", config.page_parameter)
        };
        self.pagination.request(&query).err().map(Problem::from)
    }

    /// Returns whether the parameters of a request can be longer than links can preserve.
    fn can_be_too_long(&self) -> bool {
        let config = self.pagination.config();
        let size = config.client_size.iter().map(|size| preserved_query::encode(&size.name, &size.max.to_string()));
        let choices = config.choices.iter().filter_map(|(_, choice)| {
            let parameters = choice.values.iter().map(|value| preserved_query::encode(&choice.name, value));
            parameters.max_by_key(String::len)
        });
        let longest: Vec<_> = size.chain(choices).collect();
        config.preserves_query || self.pagination.request(&longest.join("&")).is_err()
    }
}

/// Returns the pointer to a member of the example of a problem.
fn example(status: &str, member: &str) -> String {
    format!("{GET_RESPONSES}/{status}/content/application~1problem+json/example/{member}")
}

fn remove_response(document: &mut Document, status: &str) {
    document.remove(&format!("{GET_RESPONSES}/{status}"));
    document.remove(&format!("{HEAD_RESPONSES}/{status}"));
}
