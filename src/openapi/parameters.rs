//! Describes the parameters of an endpoint.

use serde_json::json;

use crate::auth::Authenticator;
use crate::endpoint::ListTokens;
use crate::openapi::document::{Document, PATH_ITEM};
use crate::page::choice::Choice;
use crate::page::pagination::{ChoiceKind, ClientSize};

impl<S, A: Authenticator> ListTokens<S, A> {
    pub(super) fn describe_parameters(&self, document: &mut Document) {
        let config = self.pagination.config();
        document.set("/components/parameters/page/name", &*config.page_name);
        match &config.client_size {
            Some(ClientSize { name, max }) => {
                document.set("/components/parameters/per_page/name", &**name);
                document.set("/components/parameters/per_page/schema/maximum", max.get());
                document.set("/components/parameters/per_page/example", max.get());
                if config.per_page <= *max {
                    document.set("/components/parameters/per_page/schema/default", config.per_page.get());
                } else {
                    // The schema must accept its default.
                    document.remove("/components/parameters/per_page/schema/default");
                }
            }
            None => document.remove_references("/components/parameters/per_page"),
        }
        if config.is_lenient {
            let sentence = "An invalid number is read as page 1. The last duplicate wins.";
            document.append_sentence("/components/parameters/page/description", sentence);
            let sentence = "A number above the maximum is read as the maximum. \
                Any other invalid number is read as the default size. The last duplicate wins.";
            document.append_sentence("/components/parameters/per_page/description", sentence);
        }
        match self.choice(ChoiceKind::Status) {
            Some(choice) => document.set("/components/parameters/status/name", &*choice.name),
            None => document.remove_references("/components/parameters/status"),
        }
        match self.choice(ChoiceKind::Direction) {
            Some(choice) => {
                document.set("/components/parameters/direction/name", &*choice.name);
                document.set("/components/parameters/direction/schema/default", self.order.as_str());
            }
            None => document.remove_references("/components/parameters/direction"),
        }
        for (_, choice) in config.choices.iter().filter(|(kind, _)| *kind == ChoiceKind::Own) {
            let parameter = json!({
                "name": &*choice.name,
                "in": "query",
                "description": "The links of the page preserve this parameter.",
                "required": false,
                "schema": {"type": "string", "enum": choice.values},
            });
            document.push(&format!("{PATH_ITEM}/parameters"), parameter);
        }
    }

    pub(super) fn choice(&self, kind: ChoiceKind) -> Option<&Choice> {
        let mut choices = self.pagination.config().choices.iter();
        choices.find_map(|(known, choice)| (*known == kind).then_some(choice))
    }
}
