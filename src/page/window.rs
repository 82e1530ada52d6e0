//! The page numbers in the array of page links (`meta.links`): both ends, and the pages around the current one, as
//! Laravel chooses them.

use std::ops::RangeInclusive;

/// The number of pages at each end that are always shown.
const AT_EACH_END: u64 = 2;

/// Returns the runs of page numbers, in order. A gap between two runs hides at least two pages.
///
/// The cost depends only on `on_each_side`. `last` is at least 1, and `current` can be higher.
pub(crate) fn window(current: u64, last: u64, on_each_side: u8) -> impl Iterator<Item = RangeInclusive<u64>> + Clone {
    let side = u64::from(on_each_side);
    // If the current page is one of the first or the last `near` pages, its run and the run at that end are one run.
    let near = side + 4;
    let runs = if last < 2 * near {
        [Some(1..=last), None, None]
    } else if current <= near {
        [Some(1..=near + side), Some(last - 1..=last), None]
    } else if current > last - near {
        [Some(1..=AT_EACH_END), Some(last - (near + side - 1)..=last), None]
    } else {
        [Some(1..=AT_EACH_END), Some(current - side..=current + side), Some(last - 1..=last)]
    };
    runs.into_iter().flatten()
}
