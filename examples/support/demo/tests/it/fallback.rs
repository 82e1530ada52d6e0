use http::{Method, Request, Response};
use serde_json::Value;
use tokenfolio_demo::Fallback;

/// The files of the demo, with their media types.
const FILES: [(&str, &str); 4] = [
    ("/", "text/html; charset=utf-8"),
    ("/page.css", "text/css; charset=utf-8"),
    ("/page.js", "text/javascript; charset=utf-8"),
    ("/openapi.json", "application/json"),
];

const DESCRIPTION: &str = r#"{"openapi":"3.1.0"}"#;

fn respond(method: Method, path: &str) -> Response<Vec<u8>> {
    let request = Request::builder().method(method).uri(path).body(()).expect("a well-formed request");
    Fallback::new(DESCRIPTION).respond(&request.into_parts().0)
}

#[test]
fn an_unknown_path_is_a_problem() {
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let response = respond(method, "/nowhere?page=1");
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let body = r#"{"type":"about:blank","title":"Not Found","status":404,"instance":"/nowhere"}"#;
        assert_eq!(String::from_utf8_lossy(response.body()), body);
    }
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    for (path, _) in FILES.into_iter().chain([("/nowhere", "")]) {
        let get = respond(Method::GET, path);
        let head = respond(Method::HEAD, path);
        assert_eq!((head.status(), head.headers()), (get.status(), get.headers()), "{path}");
        assert_eq!(head.headers()["content-length"], get.body().len().to_string(), "{path}");
        assert!(head.body().is_empty(), "{path}");
    }
}

#[test]
fn a_file_has_a_media_type_and_is_not_cached() {
    for (path, media_type) in FILES {
        let response = respond(Method::GET, &format!("{path}?page=1"));
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], media_type);
        assert_eq!(response.headers()["cache-control"], "no-cache", "{path}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{path}");
    }
}

#[test]
fn other_methods_of_a_file_are_not_allowed() {
    for (path, _) in FILES {
        let response = respond(Method::POST, path);
        assert_eq!(response.status(), 405, "{path}");
        assert_eq!(response.headers()["allow"], "GET, HEAD", "{path}");
        let problem: Value = serde_json::from_slice(response.body()).expect("a problem is JSON");
        assert_eq!((&problem["title"], &problem["instance"]), (&"Method Not Allowed".into(), &path.into()));
    }
}

#[test]
fn the_page_runs_only_its_own_files() {
    let page = respond(Method::GET, "/");
    let policy = page.headers()["content-security-policy"].to_str().expect("a policy is text");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let html = String::from_utf8_lossy(page.body());
    for (path, tag) in [("page.css", "<link rel=\"stylesheet\" href="), ("page.js", "<script type=\"module\" src=")] {
        assert!(html.contains(&format!("{tag}\"{path}\"")), "{path}");
    }
}

#[test]
fn the_given_description_is_returned() {
    assert_eq!(respond(Method::GET, "/openapi.json").body(), DESCRIPTION.as_bytes());
}
