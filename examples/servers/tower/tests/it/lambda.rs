//! The service without a socket, as a function runtime calls it: the event and the reply are JSON.

use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use serde_json::{Map, Value, json};
use tokenfolio_demo::{Arguments, Demo, PATH, StoreChoice};
use tokenfolio_tower::{App, Caller, app};
use tower::ServiceExt;

/// Responds to an event of API Gateway (payload format 2.0).
async fn handle(app: App, event: &Value) -> Value {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let context = &event["requestContext"]["http"];
    let uri = format!("{}?{}", text(&event["rawPath"]), text(&event["rawQueryString"]));
    let mut request = Request::builder().method(&*text(&context["method"])).uri(uri);
    for (name, value) in event["headers"].as_object().expect("an object") {
        request = request.header(name, text(value));
    }
    let source = text(&context["sourceIp"]).parse().expect("an address");
    let request = request.extension(Caller(source)).body(event["body"].clone()).expect("a well-formed event");
    let Ok(response) = app.oneshot(request).await;

    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body in memory").to_bytes();
    json!({
        "statusCode": parts.status.as_u16(),
        "headers": headers(&parts.headers),
        "body": String::from_utf8_lossy(&body),
        "isBase64Encoded": false,
    })
}

fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let text = |value: &http::HeaderValue| value.to_str().expect("a text").into();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

fn event(method: &str, query: &str, secret: &str) -> Value {
    json!({
        "version": "2.0",
        "rawPath": PATH,
        "rawQueryString": query,
        "headers": {"authorization": format!("Bearer {secret}"), "host": "lambda.example"},
        "requestContext": {"http": {"method": method, "path": PATH, "sourceIp": "203.0.113.12"}},
        "isBase64Encoded": false,
    })
}

/// Starts a demo, and returns its application and startup message.
async fn start() -> (App, Value) {
    let arguments =
        Arguments { port: 0, base: None, store: StoreChoice::Memory, lenient: false, trusted_proxies: Vec::new() };
    let demo = Demo::start(arguments).await.expect("a store in memory opens");
    (app(demo.endpoint), serde_json::to_value(demo.startup_message).expect("a startup message is JSON"))
}

#[tokio::test]
async fn the_reply_to_an_event_is_a_page() {
    let (app, secrets) = start().await;
    let reply = handle(app, &event("GET", "page=2", secrets["good"].as_str().unwrap())).await;
    assert_eq!(reply["statusCode"], 200);
    assert_eq!(reply["headers"]["content-type"], "application/json");
    let page: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    assert_eq!(page["meta"]["current_page"], 2);
}

#[tokio::test]
async fn the_source_ip_of_the_event_is_the_caller() {
    let (app, secrets) = start().await;
    // The token `ip_denied` is allowed from this address.
    let mut event = event("GET", "page=1", secrets["ip_denied"].as_str().unwrap());
    assert_eq!(handle(app.clone(), &event).await["statusCode"], 200);
    event["requestContext"]["http"]["sourceIp"] = json!("203.0.113.13");
    assert_eq!(handle(app, &event).await["statusCode"], 401);
}

#[tokio::test]
async fn without_an_address_a_token_with_an_allow_list_is_rejected() {
    let (app, secrets) = start().await;
    for (name, status) in [("good", 200), ("ip_denied", 401)] {
        let secret = secrets[name].as_str().unwrap();
        let request = Request::get(PATH).header("authorization", format!("Bearer {secret}")).body(()).unwrap();
        let Ok(response) = app.clone().oneshot(request).await;
        assert_eq!(response.status(), status, "{name}");
    }
}

#[tokio::test]
async fn a_rejection_is_a_problem() {
    let (app, secrets) = start().await;
    let reply = handle(app, &event("POST", "", secrets["good"].as_str().unwrap())).await;
    assert_eq!(reply["statusCode"], 405);
    assert_eq!(reply["headers"]["allow"], "GET, HEAD");
    assert_eq!(reply["headers"]["content-type"], "application/problem+json");
}
