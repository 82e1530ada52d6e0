//! Escapes a server's text for a terminal.

/// Escapes backslashes, control characters, invisible characters and changes of the writing direction, like Rust's
/// `Debug`.
pub(crate) fn escape(text: &str) -> String {
    let escaped = text.escape_debug().to_string();
    // `escape_debug` also escapes quotes. A backslash before a quote always belongs to that escape, because other
    // backslashes are doubled.
    escaped.replace("\\\"", "\"").replace("\\'", "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_text_is_unchanged() {
        for text in
            ["", "CI", "\"quoted\" & 'single'", "  spaces  ", "日本語 🦀", "مفتاح النشر", "e\u{301}te\u{301}", "क्षि"]
        {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn control_and_invisible_characters_are_escaped() {
        for (text, expected) in [
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("a\r\n\tb\0\u{7}\u{8}\u{7f}", "a\\r\\n\\tb\\0\\u{7}\\u{8}\\u{7f}"),
            ("\u{202e}gnp.exe", "\\u{202e}gnp.exe"),
            ("\u{2066}\u{200b}\u{feff}\u{2028}", "\\u{2066}\\u{200b}\\u{feff}\\u{2028}"),
            ("C:\\deploy\\u{1b}", "C:\\\\deploy\\\\u{1b}"),
            ("\\'\\\"", "\\\\'\\\\\""),
        ] {
            assert_eq!(escape(text), expected);
        }
    }

    #[test]
    fn no_control_character_remains() {
        let all: String = ('\0'..=char::MAX).collect();
        assert!(!escape(&all).contains(char::is_control));
    }
}
