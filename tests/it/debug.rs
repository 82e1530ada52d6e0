//! The `Debug` and `Display` output of every public type: no secret, no cause, and no content of a request.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::num::{NonZeroU32, NonZeroUsize};

use http::Response;
use serde::Serialize;
use tokenfolio::*;
use url::Url;

use crate::endpoint::now;
use crate::page::list;
use crate::public_names::{NOT_TYPES, name_of, public_names};

/// The word that the tests pass to every constructor and setter.
const WORD: &str = "never_to_be_printed";

/// The output of each type.
type Output = BTreeMap<&'static str, Vec<String>>;

fn print<T: Debug>(printed: &mut Output, value: &T) {
    printed.entry(name_of::<T>()).or_default().push(format!("{value:?} {value:#?}"));
}

fn print_error<T: Error>(printed: &mut Output, error: &T) {
    print(printed, error);
    printed.entry(name_of::<T>()).or_default().push(error.to_string());
}

/// Returns a request with the word in its headers, and this query.
fn parts(query: &str) -> http::request::Parts {
    let request = http::Request::get(format!("/api/v1/me/tokens?{query}"))
        .header("authorization", format!("Bearer {WORD}"))
        .header("traceparent", WORD)
        .header("cookie", WORD);
    request.body(()).unwrap().into_parts().0
}

fn problem() -> Problem {
    Problem::from(StoreError::new(StoreErrorKind::Other, WORD)).with_request(&parts(WORD)).with_source(WORD)
}

fn challenge() -> Challenge {
    Challenge::new(WORD).and_then(|challenge| challenge.with_scope(WORD)?.with_description(WORD)).unwrap()
}

/// A service that prints the word.
#[derive(Debug)]
struct Service(#[expect(dead_code, reason = "only `Debug` would show it")] &'static str);

impl Authenticator for Service {
    type Owner = &'static str;

    async fn find(&self, _secret: &BearerToken) -> Result<Option<Authenticated<Self::Owner>>, StoreError> {
        Ok(None)
    }
}

impl TokenStore for Service {
    type Owner = &'static str;

    async fn list(&self, _query: &ListQuery<Self::Owner>) -> Result<TokenList, StoreError> {
        Ok(TokenList::new(Vec::new(), 0))
    }
}

/// The keys of a list by cursor.
#[derive(Clone, Debug, serde::Deserialize, Serialize)]
struct Keys {
    name: String,
}

/// Returns the output of the types that hold a secret, a cause or a part of a request.
fn private_output() -> Output {
    let mut output = Output::new();
    print(&mut output, &BearerToken::from_headers(&parts(WORD).headers).unwrap());
    for values in [&[&*format!("Bearer {WORD} {WORD}")][..], &[WORD], &[WORD, WORD]] {
        let rejected = BearerToken::from_values(values.iter().map(|value| value.as_bytes()));
        print_error(&mut output, &rejected.unwrap_err());
    }

    print(&mut output, &ListTokens::new(Service(WORD), Service(WORD), list()).with_challenge(challenge()));
    let store = MemoryStore::new();
    store.insert(WORD, AccessToken::new(1, WORD, now()));
    print(&mut output, &store);
    let log = UsageLog::new();
    log.record(&WORD, TokenId(1), now());
    print(&mut output, &log);
    print(&mut output, &log.drain(NonZeroUsize::MIN).next().unwrap());

    print_error(&mut output, &problem());
    print(&mut output, &ProblemEvent::new(&problem(), &parts(WORD)));
    print_error(&mut output, &format!("{WORD} ").parse::<TraceId>().unwrap_err());
    for query in [format!("page={WORD}"), format!("page=1&page={WORD}"), format!("page=0&x={WORD}")] {
        let error = list().request(&query).unwrap_err();
        print_error(&mut output, &error);
        print_error(&mut output, &error.parameters()[0]);
    }
    for base in ["https://a:_@b/", "https://a/?_", "https://a/#_", "_", "_://a", "//_", "https://a/_|", "https://[_]/"]
    {
        print_error(&mut output, &Pagination::new(&base.replace('_', WORD)).unwrap_err());
    }

    for cursor in [WORD.to_owned(), format!("{WORD}=")] {
        let error = list().cursor_request::<Keys>(&format!("cursor={cursor}")).unwrap_err();
        print_error(&mut output, &error.parameters()[0]);
    }

    let failing = BTreeMap::from([(WORD.as_bytes().to_vec(), 1)]);
    let request = list().with_per_page(NonZeroU32::MIN).cursor_request("").unwrap();
    print_error(&mut output, &request.paginate(vec![WORD, WORD], |_| failing.clone()).unwrap_err());

    // The client's own URL can have a password, and a link can have any host.
    let requested = Url::parse(&format!("https://a:{WORD}@b/?page=2&token={WORD}")).unwrap();
    for next in ["https://x:_@c/_?_", "https://x:_@b/?page=3", "/_?page=1&_", "https://[_]/"] {
        let mut links = PageLinks::default();
        links.next = Some(next.replace('_', WORD));
        let mut walk = PageWalk::new(requested.clone());
        print_error(&mut output, &walk.advance(&links).unwrap_err());
    }
    output
}

/// Returns the output of the types that print their content, because it is public: names, labels, URLs, owners, the
/// response of a server.
fn public_output() -> Output {
    let mut output = Output::new();
    let token = AccessToken::new(1, WORD, now());
    print(&mut output, &token);
    print(&mut output, &token.clone().into_resource(now()));
    print(&mut output, &PageWalk::new(Url::parse(&format!("https://a/{WORD}")).unwrap()));
    print(&mut output, &TokenList::new(vec![token.clone()], 1));
    print(&mut output, &Authenticated::new(WORD, token));
    print(&mut output, &TokenUsage::new(WORD, 1, now()));
    print(&mut output, &ListQuery::new(WORD));

    let status = ReportedStatus::from(WORD);
    print(&mut output, &status);
    let ReportedStatus::Other(unknown) = status else { panic!("{status} is known") };
    print_error(&mut output, &unknown);
    print_error(&mut output, &WORD.parse::<TokenOrder>().unwrap_err());
    print(&mut output, &WORD.parse::<TraceId>().unwrap());
    print(&mut output, &challenge());
    let named = list().with_page_name(WORD).unwrap();
    print(&mut output, &named);
    print_error(&mut output, &named.with_client_size(WORD, NonZeroU32::MIN).unwrap_err());
    print(&mut output, &LinkStyle::default().with_gap_label(WORD));
    // A preserved query is in every link.
    let request = list().with_query_string().request(WORD).unwrap();
    print(&mut output, &request);
    let page = request.paginate(Vec::<TokenResource>::new(), 1);
    let read: Page<TokenResource> = serde_json::from_value(serde_json::to_value(&page).unwrap()).unwrap();
    print(&mut output, &page);
    print(&mut output, &read);
    print(&mut output, &read.links);
    print(&mut output, &read.meta);
    print(&mut output, &read.meta.links[1]);

    print(&mut output, &list().with_query_string().request(WORD).unwrap().simple_paginate(vec![WORD]));
    // A cursor holds the keys of an item, in base64url.
    let keys = Keys { name: WORD.to_owned() };
    print(&mut output, &Cursor::After(keys.clone()));
    let request = list().with_query_string().cursor_request(WORD).unwrap();
    print(&mut output, &request);
    print(&mut output, &request.paginate(vec![WORD], |_| keys.clone()).unwrap());

    let list: AllowedIps = serde_json::from_value(vec![WORD].into()).unwrap();
    print(&mut output, &list);
    print(&mut output, &TrustedProxies::forwarded(list));
    print_error(&mut output, &AllowedIps::parse([WORD]).unwrap_err());
    print(&mut output, &ExtensionName::from_static(WORD));
    print_error(&mut output, &format!("{WORD} ").parse::<ExtensionName>().unwrap_err());
    let response = Response::new(format!("{{\"data\":\"{WORD}\"}}"));
    print_error(&mut output, &Page::<TokenResource>::from_response(&response).unwrap_err());
    output
}

/// Returns the types that hold only numbers, times, addresses and fixed words.
fn types_without_text() -> Vec<&'static str> {
    /// A type that is `Copy` cannot hold the word.
    fn of<T: Copy>() -> &'static str {
        name_of::<T>()
    }
    vec![
        of::<AllowedIp>(),
        of::<AuthError>(),
        of::<BearerError>(),
        of::<ChallengeError>(),
        of::<StatusFilter>(),
        of::<StoreErrorKind>(),
        of::<TokenId>(),
        of::<TokenOrder>(),
        of::<TokenStatus>(),
    ]
}

#[test]
fn types_near_a_secret_or_a_cause_do_not_print_it() {
    for (name, texts) in private_output() {
        for text in texts {
            assert!(!text.contains(WORD), "{name}: {text}");
        }
    }
}

#[test]
fn public_text_is_printed() {
    for (name, texts) in public_output() {
        for text in texts {
            assert!(text.contains(WORD), "{name}: {text}");
        }
    }
}

#[test]
fn the_values_of_extensions_are_not_printed() {
    #[derive(Clone, Debug)]
    struct Password(#[expect(dead_code, reason = "only `Debug` would show it")] &'static str);
    let token = AccessToken::new(1, "CI", now());
    let found = Authenticated::new(7, token).with_extension(WORD).with_extension(Password(WORD));
    let printed = format!("{found:?} {found:#?}");
    assert!(printed.contains("Password") && !printed.contains(WORD), "{printed}");
}

#[test]
fn only_a_store_error_prints_its_cause_and_only_in_debug() {
    let error = StoreError::new(StoreErrorKind::Other, WORD);
    assert!(format!("{error:?}").contains(WORD));
    assert!(format!("{error:#?}").contains(WORD));
    assert!(!error.to_string().contains(WORD));
    // A problem returns the cause as its source, and does not print it.
    let problem = Problem::from(error);
    assert!(format!("{:?}", problem.source().unwrap()).contains(WORD));
}

#[test]
fn every_public_name_is_in_exactly_one_list() {
    let mut decided = [&NOT_TYPES[..], &types_without_text(), &[name_of::<StoreError>()]].concat();
    decided.extend(private_output().into_keys().chain(public_output().into_keys()));
    decided.sort_unstable();
    let mut names = public_names();
    names.sort_unstable();
    assert_eq!(decided, names);
}

/// Finds out whether a type has a trait: the inherent constant takes precedence if its bound holds.
macro_rules! has {
    ($type:ty: $($bound:tt)+) => {{
        #[allow(dead_code, reason = "unused if the type has the trait")]
        trait Lacks {
            const HAS: bool = false;
        }
        impl<T> Lacks for T {}
        struct Of<T>(std::marker::PhantomData<T>);
        #[allow(dead_code, reason = "unused if the type lacks the trait")]
        impl<T: $($bound)+> Of<T> {
            const HAS: bool = true;
        }
        Of::<$type>::HAS
    }};
}

#[test]
fn a_secret_cannot_be_shown_compared_or_serialized_by_accident() {
    assert!(!has!(BearerToken: Display));
    assert!(!has!(BearerToken: PartialEq));
    assert!(!has!(BearerToken: AsRef<str>));
    assert!(!has!(BearerToken: std::ops::Deref));
    // A type that is not `Serialize` cannot be part of a response.
    assert!(!has!(BearerToken: Serialize));
    assert!(!has!(AccessToken: Serialize));
    assert!(!has!(Authenticated<u64>: Serialize));
    assert!(!has!(StoreError: Serialize));
    assert!(has!(TokenResource: Serialize) && has!(Problem: Display));
}

#[test]
fn a_problem_is_written_without_its_cause() {
    let written = serde_json::to_string(&problem()).unwrap();
    let response: Response<Vec<u8>> = problem().into();
    let body = String::from_utf8(response.body().clone()).unwrap();
    assert_eq!(written, body);
    assert!(!format!("{response:?} {body}").contains(WORD), "{body}");
}
