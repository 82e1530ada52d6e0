//! An authenticator that does not implement `Authenticator`.

use http::request::Parts;
use tokenfolio::{Challenge, authenticate};

struct Secrets;

async fn handler(parts: &Parts) {
    let _ = authenticate(&Secrets, &Challenge::default(), parts, None, chrono::Utc::now()).await;
}

fn main() {}
