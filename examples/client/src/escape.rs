//! Text from elsewhere, made harmless for a terminal.

/// Shows text as it is, but for what could drive a terminal or hide from a reader: control characters, invisible ones,
/// and those that turn the direction of writing stand there as Rust escapes them, and a backslash twice.
pub(crate) fn visible(text: &str) -> String {
    let escaped = text.escape_debug().to_string();
    // Quotes are escaped too, which only literals need. The backslash right before a quote is always the escape's own.
    escaped.replace("\\\"", "\"").replace("\\'", "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_and_read_is_left_alone() {
        for text in
            ["", "CI", "\"quoted\" & 'single'", "  blanks  ", "日本語 🦀", "مفتاح النشر", "e\u{301}te\u{301}", "क्षि"]
        {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn what_drives_a_terminal_or_hides_is_escaped() {
        for (text, expected) in [
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("a\r\n\tb\0\u{7}\u{8}\u{7f}", "a\\r\\n\\tb\\0\\u{7}\\u{8}\\u{7f}"),
            ("\u{202e}gnp.exe", "\\u{202e}gnp.exe"),
            ("\u{2066}\u{200b}\u{feff}\u{2028}", "\\u{2066}\\u{200b}\\u{feff}\\u{2028}"),
            ("C:\\deploy\\u{1b}", "C:\\\\deploy\\\\u{1b}"),
            ("\\'\\\"", "\\\\'\\\\\""),
        ] {
            assert_eq!(visible(text), expected);
        }
    }

    #[test]
    fn no_character_drives_a_terminal() {
        let all: String = ('\0'..=char::MAX).collect();
        assert!(!visible(&all).contains(char::is_control));
    }
}
