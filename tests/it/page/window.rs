//! The pages in the array of links.

use tokenfolio::LinkStyle;

use super::{MAX, empty_page};
use crate::model;

#[test]
fn the_window_agrees_with_the_model() {
    for last in 1..=60 {
        for current in 1..=last + 3 {
            for on_each_side in 0..=12 {
                let style = LinkStyle::default().with_on_each_side(on_each_side);
                let page = empty_page(style, last, current);
                let window: Vec<_> = page.window().map(|page| page.map(i128::from)).collect();
                let expected = model::window(current.into(), last.into(), on_each_side);
                assert_eq!(window, expected, "page {current} of {last}, {on_each_side} on each side");
            }
        }
    }
}

#[test]
fn the_window_is_as_wide_as_its_style_for_any_number_of_pages() {
    for on_each_side in 0..=u8::MAX {
        let side = u64::from(on_each_side);
        // The longest list without a gap, the shortest list with a gap, and longer lists. Near each end of a list, the
        // test uses two current pages that are neighbours. In a list with a gap, the page nearer to the end has no gap
        // between it and the end, and the other page has one.
        for last in [2 * side + 7, 2 * side + 8, 4 * side + 20, MAX, u64::MAX] {
            let linked = last.min(MAX);
            for current in [side + 4, side + 5, linked.saturating_sub(side + 4), linked.saturating_sub(side + 3)] {
                let current = current.clamp(1, MAX);
                let style = LinkStyle::default().with_on_each_side(on_each_side);
                let page = empty_page(style, last, current);
                let window: Vec<_> = page.window().collect();
                let expected = model::window(current.into(), last.min(MAX).into(), on_each_side);
                assert!(window.iter().map(|page| page.map(i128::from)).eq(expected), "{current} of {last}, {side}");
                // Both ends, the middle, and two gaps.
                assert!(window.len() as u64 <= 2 * side + 7, "{current} of {last}, {side}");
                assert_eq!(window.iter().filter(|page| **page == Some(current)).count(), usize::from(current <= last));
            }
        }
    }
}

#[test]
fn a_gap_replaces_two_pages_or_more() {
    for last in 1..=60 {
        for current in 1..=last + 3 {
            for on_each_side in 0..=12 {
                let style = LinkStyle::default().with_on_each_side(on_each_side);
                let page = empty_page(style, last, current);
                let window: Vec<_> = page.window().collect();
                assert_eq!((window.first(), window.last()), (Some(&Some(1)), Some(&Some(last))));
                for pair in window.windows(3) {
                    if let [Some(before), None, Some(after)] = pair {
                        assert!(after - before > 2, "{window:?}");
                    }
                }
                for pair in window.windows(2) {
                    match pair {
                        [Some(page), Some(next)] => assert_eq!(page + 1, *next, "{window:?}"),
                        pair => assert!(pair.iter().any(Option::is_some), "{window:?}"),
                    }
                }
            }
        }
    }
}
