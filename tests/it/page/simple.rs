//! Pages without a total.

use proptest::prelude::*;
use tokenfolio::{AccessToken, PageRequest, Pagination};

use super::{MAX, list, request};

#[test]
fn items_after_a_full_page_show_that_there_is_more_and_are_dropped() {
    for per_page in 1..=5_u32 {
        for page in [1, 2, 3, MAX - 1, MAX] {
            for count in 0..=12_usize {
                let request = request(&list(), page, per_page);
                assert_eq!(request.limit_and_one(), u64::from(per_page) + 1);
                let simple = request.clone().simple_paginate((0..count).collect());
                let shown = count.min(per_page as usize);
                assert_eq!(simple.items(), (0..shown).collect::<Vec<_>>());
                assert_eq!(simple.has_more(), count > shown);
                assert_eq!(simple.current_page(), page);
                assert_eq!(simple.per_page().get(), per_page);
                // A page with a total has the same positions and the same neighbours.
                let total = request.offset().saturating_add(count as u64);
                let counted = request.paginate((0..shown).collect::<Vec<_>>(), total);
                assert_eq!((simple.from(), simple.to()), (counted.from(), counted.to()));
                assert_eq!((simple.first_url(), simple.prev_url()), (counted.first_url(), counted.prev_url()));
                let next = (count > shown && page < MAX).then(|| format!("/t?page={}", page + 1));
                assert_eq!(simple.next_url(), next);
                assert_eq!(simple.into_items(), (0..shown).collect::<Vec<_>>());
            }
        }
    }
    assert_eq!(request(&list(), 1, u32::MAX).limit_and_one(), 1 << 32);
}

#[test]
fn a_page_is_written_byte_for_byte() {
    let request = list().with_per_page(1.try_into().unwrap()).request("page=2").unwrap();
    let page = request.simple_paginate(vec!["fig", "kiwi"]);
    let expected = concat!(
        r#"{"data":["fig"],"links":{"first":"/t?page=1","last":null,"prev":"/t?page=1","next":"/t?page=3"},"#,
        r#""meta":{"current_page":2,"current_page_url":"/t?page=2","from":2,"path":"/t","per_page":1,"to":2}}"#,
    );
    assert_eq!(serde_json::to_string(&page).unwrap(), expected);
}

#[test]
fn items_are_mapped_and_iterated() {
    let page = list().with_per_page(2.try_into().unwrap()).request("").unwrap().simple_paginate(vec![1, 2, 3]);
    assert_eq!((&page).into_iter().sum::<i32>(), 3);
    let texts = page.clone().map(|item| item.to_string());
    assert_eq!((texts.items(), texts.has_more()), (&["1".to_owned(), "2".to_owned()][..], true));
    let numbers = texts.clone().try_map(|text| text.parse::<i32>()).unwrap();
    assert_eq!(numbers, page);
    assert!(texts.try_map(|text| text.parse::<i32>().and_then(|_| "x".parse::<i32>())).is_err());
    assert_eq!(page.into_iter().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn the_link_header_has_no_last_page() {
    let page = list().with_per_page(1.try_into().unwrap()).request("page=2").unwrap().simple_paginate(vec![1, 2]);
    let header = page.link_header().unwrap();
    assert_eq!(header, r#"</t?page=1>; rel="first", </t?page=1>; rel="prev", </t?page=3>; rel="next""#);
    let first = list().request("").unwrap().simple_paginate(vec![1]);
    assert_eq!(first.link_header().unwrap(), r#"</t?page=1>; rel="first""#);
    let max = header.len();
    for (limit, is_sent) in [(max, true), (max - 1, false)] {
        let list = list().with_max_link_header_len(limit).with_per_page(1.try_into().unwrap());
        let page = list.request("page=2").unwrap().simple_paginate(vec![1, 2]);
        assert_eq!(page.link_header().is_some(), is_sent);
    }
}

fn tokens(count: i64) -> Vec<tokenfolio::TokenResource> {
    let now = chrono::DateTime::UNIX_EPOCH;
    (0..count).map(|id| AccessToken::new(id, "né\"", now).into_resource(now)).collect()
}

proptest! {
    #[test]
    fn the_encoder_writes_the_same_bytes_as_serde(
        count in 0..5_i64,
        per_page in 1..4_u32,
        page in prop_oneof![1..3_u64, 1..=PageRequest::MAX_PAGE],
        fragment in ".{0,3}",
        raw in "[a-c=&%é]{0,9}",
    ) {
        let list = Pagination::new("https://h.example/é").unwrap().with_query_string().with_fragment(&fragment);
        let list = list.with_per_page(per_page.try_into().unwrap());
        let request = list.request(&format!("{raw}&page={page}")).unwrap();
        let page = request.simple_paginate(tokens(count));
        let expected = serde_json::to_vec(&page).unwrap();
        for mut buffer in [Vec::new(), vec![b'x'; 5_000]] {
            page.write_tokens(&mut buffer);
            prop_assert_eq!(&buffer, &expected);
            page.write_json(&mut buffer).unwrap();
            prop_assert_eq!(&buffer, &expected);
            buffer.truncate(1);
            page.write_json_with(&mut buffer, |out, items| serde_json::to_writer(out, items)).unwrap();
            prop_assert_eq!(&buffer, &expected);
        }
    }
}
