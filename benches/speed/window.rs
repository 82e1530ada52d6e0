//! The window of pages. Its cost must not grow with the number of pages.

use std::hint::black_box;
use std::num::NonZeroU32;

use crate::measure::{Table, Variant};
use crate::page;

pub(crate) fn measure(table: &mut Table) {
    const ONE: NonZeroU32 = NonZeroU32::MIN;
    let pages = [("10 pages", 10_u64), ("10^6 pages", 1_000_000), ("10^18 pages", 1_000_000_000_000_000_000)];
    let paginators = pages.map(|(_, total)| {
        let request = page::pagination().with_per_page(ONE).request(&format!("page={}", total / 2));
        request.expect("the page is in range").paginate(vec![()], total)
    });
    assert_eq!(paginators[0].window().count(), 10);
    assert_eq!(paginators[2].window().flatten().last(), Some(pages[2].1));

    let variants = pages.iter().zip(&paginators).map(|((name, _), paginator)| {
        Variant::new(name, move || {
            for page in black_box(paginator).window() {
                black_box(page);
            }
        })
    });
    table.measure("the window of the middle page", &[0], variants.collect());

    let mut buffers = [const { Vec::new() }; 3];
    let variants = pages.iter().zip(&paginators).zip(&mut buffers).map(|(((name, _), paginator), out)| {
        Variant::new(name, move || {
            black_box(paginator).write_json(black_box(out)).expect("units are JSON");
        })
    });
    table.measure("the envelope of the middle page", &[0], variants.collect());
}
