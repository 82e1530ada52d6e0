use serde_json::json;

use crate::mock_server::{MockServer, page_of, token};
use crate::run::run;

#[test]
fn columns_are_aligned_by_the_width_of_characters() {
    let mut tokens = [token("CI"), token("日本語 🦀"), token("  e\u{301}\"'"), token("")];
    tokens[1]["status"] = json!("停止中");
    tokens[1]["usage_count"] = json!(12_345);
    tokens[1]["last_used_at"] = json!("2024-04-11T16:35:05.999+02:00");
    tokens[1]["id"] = json!(-1_000);
    tokens[2]["expires_at"] = json!("2024-12-31T06:00:00Z");
    tokens[2]["allowed_ips"] = json!(["10.0.0.0/24", "203.0.113.12"]);
    tokens[3]["allowed_ips"] = json!([]);
    let run = run("7|secret", &[&MockServer::always(page_of(&tokens, 1, None)).url("/t")]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(
        run.out,
        "\
ID     STATUS  USAGE  LAST USED             EXPIRES               CREATED               ALLOWED IPS                NAME
    1  active      0  never                 never                 2024-03-01T18:11:00Z  any                        CI
-1000  停止中  12345  2024-04-11T14:35:05Z  never                 2024-03-01T18:11:00Z  any                        日本語 🦀
    1  active      0  never                 2024-12-31T06:00:00Z  2024-03-01T18:11:00Z  10.0.0.0/24, 203.0.113.12    e\u{301}\"'
    1  active      0  never                 never                 2024-03-01T18:11:00Z  none
"
    );
}

#[test]
fn control_characters_of_a_name_are_escaped() {
    let names =
        ["\u{1b}[2J\u{1b}]0;owned\u{7}", "a\r\nerror: b\tc", "\u{9b}31m", "\u{202e}gnp.exe", "\u{2028}\u{200b}"];
    let mut tokens = names.map(token);
    tokens[0]["status"] = json!("\u{1b}c");
    let run = run("7|secret", &[&MockServer::always(page_of(&tokens, 1, None)).url("/t")]);
    assert_eq!((run.code, run.out.lines().count()), (Some(0), 6));
    assert!(!run.out.contains(|c: char| c.is_control() && c != '\n'), "{:?}", run.out);
    let expected = [
        "\\u{1b}[2J\\u{1b}]0;owned\\u{7}",
        "a\\r\\nerror: b\\tc",
        "\\u{9b}31m",
        "\\u{202e}gnp.exe",
        "\\u{2028}\\u{200b}",
    ];
    for (line, name) in run.out.lines().skip(1).zip(expected) {
        assert!(line.ends_with(name), "{line}");
    }
}
