//! Tokens as a table.

use chrono::{DateTime, SecondsFormat, Utc};
use comfy_table::{Cell, CellAlignment, Table, presets};
use tokenfolio::{AllowedIps, TokenResource};

use crate::escape::escape;

/// Renders a table with a header and one line for each token. Columns are aligned by the display width of characters.
pub(crate) fn render(tokens: &[TokenResource]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    // The name is last, so that a long name does not move the other columns.
    table.set_header(["ID", "STATUS", "USAGE", "LAST USED", "EXPIRES", "CREATED", "ALLOWED IPS", "NAME"]);
    table.add_rows(tokens.iter().map(row));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

fn row(token: &TokenResource) -> [Cell; 8] {
    let number = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    [
        number(token.id.to_string()),
        Cell::new(escape(&token.status.to_string())),
        number(token.usage_count.to_string()),
        Cell::new(time(token.last_used_at)),
        Cell::new(time(token.expires_at)),
        Cell::new(time(Some(token.created_at))),
        Cell::new(allowed_ips(token.allowed_ips.as_ref())),
        Cell::new(escape(&token.name)),
    ]
}

fn time(time: Option<DateTime<Utc>>) -> String {
    time.map_or_else(|| "never".to_owned(), |time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn allowed_ips(allowed: Option<&AllowedIps>) -> String {
    let Some(allowed) = allowed else { return "any".to_owned() };
    let mut entries: Vec<_> = allowed.entries().iter().map(ToString::to_string).collect();
    // This version does not know these entries, but the server may know them.
    entries.extend(allowed.unknown_entries().map(escape));
    if entries.is_empty() { "none".to_owned() } else { entries.join(", ") }
}
