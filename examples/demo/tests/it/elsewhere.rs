use http::{Method, Request, Response};
use tokenfolio_demo::elsewhere;

fn answer(method: Method, path: &str) -> Response<Vec<u8>> {
    let request = Request::builder().method(method).uri(path).body(()).expect("a well-formed request");
    elsewhere(&request.into_parts().0)
}

#[test]
fn what_is_nowhere_is_a_problem() {
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let response = answer(method, "/nowhere?page=1");
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let body = r#"{"type":"about:blank","title":"Not Found","status":404,"instance":"/nowhere"}"#;
        assert_eq!(String::from_utf8_lossy(response.body()), body);
    }
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    let [get, head] = [Method::GET, Method::HEAD].map(|method| answer(method, "/nowhere"));
    assert_eq!((head.status(), head.headers()), (get.status(), get.headers()));
    assert_eq!(head.headers()["content-length"], get.body().len().to_string());
    assert!(head.body().is_empty());
}
