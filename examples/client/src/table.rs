//! Tokens as a table.

use chrono::{DateTime, SecondsFormat, Utc};
use comfy_table::{Cell, CellAlignment, Table, presets};
use tokenfolio::{AllowedIps, TokenResource};

use crate::escape::visible;

/// Makes a table with a header and a line a token, aligned by what characters measure on a screen.
pub(crate) fn of(tokens: &[TokenResource]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    // The name is last, so that one that does not end leaves the other columns where they are.
    table.set_header(["ID", "STATUS", "USES", "LAST USED", "EXPIRES", "CREATED", "ALLOWED IPS", "NAME"]);
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
        Cell::new(visible(&token.status.to_string())),
        number(token.usage_count.to_string()),
        Cell::new(instant(token.last_used_at)),
        Cell::new(instant(token.expires_at)),
        Cell::new(instant(Some(token.created_at))),
        Cell::new(allowed_ips(token.allowed_ips.as_ref())),
        Cell::new(visible(&token.name)),
    ]
}

fn instant(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| "never".to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn allowed_ips(allowed: Option<&AllowedIps>) -> String {
    match allowed.map(AllowedIps::entries) {
        None => "any".to_owned(),
        Some([]) => "none".to_owned(),
        Some(entries) => entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}
