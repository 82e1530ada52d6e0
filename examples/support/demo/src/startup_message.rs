//! The lines that a server prints when it listens.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;

use crate::secrets::Secrets;
use crate::start::PATH;

/// The lines that a server prints when it listens: one of JSON for programs, then three commands for a shell.
#[derive(Serialize)]
pub struct StartupMessage {
    pub(crate) url: String,
    #[serde(flatten)]
    pub(crate) secrets: Secrets,
}

impl StartupMessage {
    /// Prints the message to standard output.
    ///
    /// # Errors
    ///
    /// Fails if standard output cannot be written.
    pub fn print(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        self.write(&mut out)?;
        // A program at the other end of a pipe waits for these lines.
        out.flush()
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { url, secrets } = self;
        serde_json::to_writer(&mut *out, self)?;
        // A shell would interpret the `|` of a secret and the `?` of a query without the single quotes.
        let good = format!("-H 'Authorization: Bearer {}'", secrets.good.text);
        writeln!(out)?;
        writeln!(out, "curl {good} '{url}{PATH}'")?;
        writeln!(out, "curl {good} '{url}{PATH}?page=8'")?;
        writeln!(out, "curl -i -H 'Authorization: Bearer {}' '{url}{PATH}'", secrets.expired.text)
    }
}

impl fmt::Debug for StartupMessage {
    /// Omits the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartupMessage").field("url", &self.url).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(message: &StartupMessage) -> Vec<String> {
        let mut out = Vec::new();
        message.write(&mut out).expect("writing to a vector cannot fail");
        String::from_utf8_lossy(&out).lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_first_line_is_one_object_of_six_members() {
        let message = StartupMessage {
            url: "http://127.0.0.1:3000".to_owned(),
            secrets: Secrets::generate(|owner, _| owner).unwrap(),
        };
        let lines = lines(&message);
        let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&lines[0]).unwrap();
        let mut names: Vec<_> = members.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["expired", "good", "ip_denied", "revoked", "single", "url"]);
        assert_eq!(members["url"], "http://127.0.0.1:3000");

        assert_eq!(lines.len(), 4);
        let good = message.secrets.good.text;
        let page_1 = format!("curl -H 'Authorization: Bearer {good}' 'http://127.0.0.1:3000/api/v1/me/tokens'");
        assert_eq!(lines[1], page_1);
    }

    #[test]
    fn secrets_name_their_owner_and_differ() {
        let secrets = Secrets::generate(|owner, _| owner).unwrap();
        let mut texts: Vec<_> = secrets.all().iter().map(|secret| &secret.text).collect();
        for secret in secrets.all() {
            let (owner, random) = secret.text.split_once('|').unwrap();
            assert_eq!(owner, secret.owner.to_string());
            assert_eq!(random.len(), 64);
            assert!(random.bytes().all(|byte| byte.is_ascii_hexdigit()), "{random}");
        }
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), 5);
    }
}
