//! Parameters that have one of a few values.

use http::StatusCode;
use proptest::prelude::*;
use tokenfolio::{Pagination, ParameterNameError, Problem, TokenOrder, TokenStatus};

use super::list;
use crate::model;

fn filtered() -> Pagination {
    list().with_status_filter("status").unwrap().with_direction("direction").unwrap()
}

#[test]
fn a_choice_without_values_is_an_error() {
    let error = list().with_choice("state", &[]).unwrap_err();
    assert_eq!(error, ParameterNameError::NoValues("state".into()));
    assert_eq!(error.to_string(), "query parameter `state` has no values");
}

#[test]
fn every_status_and_direction_is_read_and_preserved_in_every_link() {
    let statuses = [TokenStatus::Active, TokenStatus::Expired, TokenStatus::Revoked].map(Some);
    let directions = [TokenOrder::OldestFirst, TokenOrder::NewestFirst].map(Some);
    for pagination in [filtered(), filtered().lenient()] {
        for status in statuses.into_iter().chain([None]) {
            for direction in directions.into_iter().chain([None]) {
                let status_parameter = status.map(|status| format!("status={status}&")).unwrap_or_default();
                let direction_parameter = direction.map(|order| format!("direction={order}&")).unwrap_or_default();
                // The order of the parameters in the request does not matter.
                let request =
                    pagination.request(&format!("{direction_parameter}page=2&{status_parameter}x=1")).unwrap();
                assert_eq!((request.page(), request.status(), request.direction()), (2, status, direction));

                let page = request.paginate(vec![()], 60);
                let url = |page: u8| format!("/t?{status_parameter}{direction_parameter}page={page}");
                assert_eq!((page.first_url(), page.last_url()), (url(1), url(3)));
                assert_eq!((page.prev_url(), page.next_url()), (Some(url(1)), Some(url(3))));
                let header = page.link_header().unwrap();
                let header = header.to_str().unwrap();
                assert!([1, 3].iter().all(|page| header.contains(&format!("<{}>", url(*page)))), "{header}");
                let json = serde_json::to_value(&page).unwrap();
                assert_eq!(json["meta"]["links"][2]["url"], url(2));
            }
        }
    }
}

#[test]
fn a_preserved_query_has_the_choices_once_and_as_they_came() {
    let page = filtered().with_query_string().request("a=1&st%61tus=active&b=2").unwrap().paginate(vec![()], 1);
    assert_eq!(page.first_url(), "/t?a=1&st%61tus=active&b=2&page=1");
}

#[test]
fn a_choice_cannot_be_set_as_another_parameter() {
    let request = filtered().request("status=active").unwrap();
    let request = request.with_parameters([("status", "expired"), ("direction", "asc"), ("sort", "name")]).unwrap();
    assert_eq!(request.status(), Some(TokenStatus::Active));
    assert_eq!(request.paginate(vec![()], 1).first_url(), "/t?status=active&sort=name&page=1");
}

#[test]
fn any_other_value_is_a_400_that_names_the_parameter_and_the_values_in_both_modes() {
    let status = "must be `active`, `expired` or `revoked`, but";
    let direction = "must be `asc` or `desc`, but";
    for (query, parameter, detail) in [
        ("status=gone", "status", format!("{status} has another value")),
        ("status=Active", "status", format!("{status} has another value")),
        ("status=active%20", "status", format!("{status} has another value")),
        ("status=%00", "status", format!("{status} has another value")),
        ("status=%ff", "status", format!("{status} has another value")),
        ("status=active,expired", "status", format!("{status} has another value")),
        ("status=", "status", format!("{status} is empty")),
        ("status", "status", format!("{status} is empty")),
        ("status=active&status=active", "status", format!("{status} is given more than once")),
        ("status=gone&st%61tus=active", "status", format!("{status} is given more than once")),
        ("status[]=active", "status", format!("{status} has brackets after its name")),
        ("status%5Ba%5D=active", "status", format!("{status} has brackets after its name")),
        ("status=active&status[x]=active", "status", format!("{status} has brackets after its name")),
        ("direction=up", "direction", format!("{direction} has another value")),
        ("direction=DESC", "direction", format!("{direction} has another value")),
        ("direction=asc&direction=desc", "direction", format!("{direction} is given more than once")),
    ] {
        for pagination in [filtered(), filtered().lenient(), filtered().with_query_string()] {
            let error = pagination.request(query).unwrap_err();
            assert_eq!(error.to_string(), format!("`{parameter}` {detail}"), "{query}");
            let problem = Problem::from(error);
            assert_eq!(problem.status(), Some(StatusCode::BAD_REQUEST));
            let errors = serde_json::json!([{ "parameter": parameter, "detail": detail }]);
            assert_eq!(problem.extension("errors"), Some(&errors), "{query}");
        }
    }
}

#[test]
fn every_parameter_that_is_wrong_is_named() {
    let pagination = filtered().with_client_size("size", 9.try_into().unwrap()).unwrap();
    let error = pagination.request("direction=x&status=x&size=x&page=x").unwrap_err();
    let names: Vec<_> = error.parameters().iter().map(tokenfolio::ParameterError::parameter).collect();
    assert_eq!(names, ["page", "size", "status", "direction"]);
}

/// The spellings of a name that PHP reads as the same variable.
#[test]
fn a_lenient_list_finds_a_choice_as_php_does() {
    for query in ["+status=active", "%20status=active", "status%00x=active"] {
        assert_eq!(filtered().request(query).unwrap().status(), None, "{query}");
        assert_eq!(filtered().lenient().request(query).unwrap().status(), Some(TokenStatus::Active), "{query}");
        let repeated = format!("status=active&{query}");
        assert!(filtered().lenient().request(&repeated).is_err(), "{query}");
    }
}

#[test]
fn a_list_without_choices_ignores_them() {
    let request = list().request("status=gone&direction=up&status=x").unwrap();
    assert_eq!((request.status(), request.direction(), request.choice("status")), (None, None, None));
    assert_eq!(request.paginate(vec![()], 1).first_url(), "/t?page=1");
}

#[test]
fn the_values_that_are_allowed_are_listed_in_their_order() {
    for (values, expected) in [
        (&["a"][..], "must be `a`, but has another value"),
        (&["b", "a"], "must be `b` or `a`, but has another value"),
        (&["b", "a", "c d"], "must be `b`, `a` or `c d`, but has another value"),
    ] {
        let error = list().with_choice("x", values).unwrap().request("x=y").unwrap_err();
        assert_eq!(error.parameters()[0].to_string(), expected);
    }
}

const VALUES: [&str; 4] = ["a", "ä b", "&=#", "%41"];

proptest! {
    #[test]
    fn a_value_is_found_under_any_name_and_its_links_choose_it_again(
        name in any::<String>(),
        value in prop::sample::select(&VALUES[..]),
        is_lenient in any::<bool>(),
    ) {
        let Ok(pagination) = list().with_choice(name.clone(), &VALUES) else { return Ok(()) };
        let pagination = if is_lenient { pagination.lenient() } else { pagination };
        let request = pagination.request(&format!("{}={}", model::encode(&name, ""), model::encode(value, ""))).unwrap();
        prop_assert_eq!(request.choice(&name), Some(value));
        let url = request.paginate(vec![()], 1).first_url();
        let again = pagination.request(url.split_once('?').unwrap().1).unwrap();
        prop_assert_eq!(again.choice(&name), Some(value), "{}", url);
    }
}
