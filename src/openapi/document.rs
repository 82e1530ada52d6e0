//! Changes the parts of an OpenAPI document.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

// JSON pointers to parts of `openapi.json`. In a pointer, `~1` is a `/`.
pub(crate) const PATH_ITEM: &str = "/paths/~1api~1v1~1me~1tokens";
pub(crate) const GET_RESPONSES: &str = "/paths/~1api~1v1~1me~1tokens/get/responses";
pub(crate) const HEAD_RESPONSES: &str = "/paths/~1api~1v1~1me~1tokens/head/responses";

/// An OpenAPI document.
///
/// A part is named by a JSON pointer (RFC 6901). A change is ignored if the document does not have the object, array or
/// text to change.
pub(crate) struct Document(Value);

impl Document {
    /// Parses a document. If the text is not JSON, the document has no parts.
    pub(crate) fn parse(json: &str) -> Self {
        Self(serde_json::from_str(json).unwrap_or_default())
    }

    pub(crate) fn into_value(self) -> Value {
        self.0
    }

    /// Returns a part, or null.
    pub(crate) fn part(&self, pointer: &str) -> Value {
        self.0.pointer(pointer).cloned().unwrap_or_default()
    }

    /// Sets a member of an object, or adds it.
    pub(crate) fn set(&mut self, pointer: &str, value: impl Into<Value>) {
        if let Some((object, name)) = self.object_and_name(pointer) {
            object.insert(name.to_owned(), value.into());
        }
    }

    /// Removes a member of an object.
    pub(crate) fn remove(&mut self, pointer: &str) {
        if let Some((object, name)) = self.object_and_name(pointer) {
            // `Map::remove` would change the order of the other members.
            object.retain(|known, _| known != name);
        }
    }

    /// Removes a property of a schema.
    pub(crate) fn remove_property(&mut self, schema: &str, name: &str) {
        self.remove(&format!("{schema}/properties/{name}"));
        if let Some(Value::Array(required)) = self.0.pointer_mut(&format!("{schema}/required")) {
            required.retain(|known| known != name);
        }
    }

    /// Appends a sentence to a text.
    pub(crate) fn append_sentence(&mut self, pointer: &str, sentence: &str) {
        if let Some(Value::String(text)) = self.0.pointer_mut(pointer) {
            text.push(' ');
            text.push_str(sentence);
        }
    }

    /// Appends an item to an array.
    pub(crate) fn push(&mut self, pointer: &str, item: Value) {
        if let Some(Value::Array(items)) = self.0.pointer_mut(pointer) {
            items.push(item);
        }
    }

    /// Removes every reference to a component.
    pub(crate) fn remove_references(&mut self, component: &str) {
        remove_references(&mut self.0, &format!("#{component}"));
    }

    /// Removes the components that nothing references. Security schemes stay, because operations name them without a
    /// reference.
    pub(crate) fn remove_unused_components(&mut self) {
        let mut used = BTreeSet::new();
        collect_references(&self.0, &mut used);
        let Some(Value::Object(components)) = self.0.pointer_mut("/components") else { return };
        for (kind, components) in components.iter_mut().filter(|(kind, _)| *kind != "securitySchemes") {
            if let Value::Object(components) = components {
                components.retain(|name, _| used.contains(&format!("#/components/{kind}/{name}")));
            }
        }
    }

    /// Returns the object that a part is in, and the name of the part. The name must not have an escape.
    fn object_and_name<'p>(&mut self, pointer: &'p str) -> Option<(&mut Map<String, Value>, &'p str)> {
        let (object, name) = pointer.rsplit_once('/')?;
        Some((self.0.pointer_mut(object)?.as_object_mut()?, name))
    }
}

fn remove_references(part: &mut Value, reference: &str) {
    let is_other = |part: &Value| part["$ref"] != reference;
    match part {
        Value::Object(members) => {
            members.retain(|_, part| is_other(part));
            members.values_mut().for_each(|part| remove_references(part, reference));
        }
        Value::Array(items) => {
            items.retain(is_other);
            items.iter_mut().for_each(|part| remove_references(part, reference));
        }
        _ => {}
    }
}

fn collect_references(part: &Value, references: &mut BTreeSet<String>) {
    match part {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|part| collect_references(part, references));
        }
        Value::Array(items) => items.iter().for_each(|part| collect_references(part, references)),
        _ => {}
    }
}
