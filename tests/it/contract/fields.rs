//! The fields of a token. A store returns them as they were stored, or fails.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::Ordering;

use chrono::{DateTime, Datelike};
use pollster::block_on;
use tokenfolio::{AccessToken, AllowedIp, AllowedIps, StoreError, StoreErrorKind, TokenStore};

use super::harness::List::AtOnce;
use super::harness::{Fault, altered, broken_alone, check_faults, sound, whole_seconds};

/// The clauses of this group.
pub(super) const CLAUSES: [&str; 10] = [
    "every_field_comes_back",
    "instants_come_back_to_the_microsecond",
    "usage_counts_come_back_up_to_int64",
    "a_usage_count_beyond_int64_is_exact_or_rejected",
    "names_come_back_unchanged",
    "a_long_name_is_whole_or_rejected",
    "a_name_with_a_nul_is_whole_or_rejected",
    "no_restriction_differs_from_deny_all",
    "allow_lists_come_back_entry_by_entry",
    "a_row_that_cannot_be_read_is_corrupt",
];

#[test]
fn a_store_with_one_fault_breaks_exactly_its_clauses() {
    check_faults(FAULTS);
}

#[test]
fn every_clause_is_broken_alone_by_some_fault() {
    assert_eq!(broken_alone(FAULTS), BTreeSet::from(CLAUSES));
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "drops the time of the last use",
        list: AtOnce(|table, query| altered(table, query, |token| token.last_used_at = None)),
        breaks: &["every_field_comes_back", "instants_come_back_to_the_microsecond"],
    },
    Fault {
        name: "reads the creation time as the last use of an unused token",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.last_used_at = token.last_used_at.or(Some(token.created_at)))
        }),
        breaks: &[
            "every_field_comes_back",
            "usage_counts_come_back_up_to_int64",
            "a_usage_count_beyond_int64_is_exact_or_rejected",
            "names_come_back_unchanged",
            "a_long_name_is_whole_or_rejected",
            "a_name_with_a_nul_is_whole_or_rejected",
            "no_restriction_differs_from_deny_all",
            "allow_lists_come_back_entry_by_entry",
        ],
    },
    Fault {
        name: "drops the usage count of a token with an allow-list",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.usage_count *= u64::from(token.allowed_ips.is_none()))
        }),
        breaks: &["every_field_comes_back"],
    },
    Fault {
        name: "drops the expiry of a token with an allow-list",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.expires_at = token.expires_at.filter(|_| token.allowed_ips.is_none()))
        }),
        breaks: &["every_field_comes_back"],
    },
    Fault {
        name: "drops the revocation of a token with an allow-list",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.revoked_at = token.revoked_at.filter(|_| token.allowed_ips.is_none()))
        }),
        breaks: &["every_field_comes_back"],
    },
    Fault {
        name: "swaps expiry and revocation",
        list: AtOnce(|table, query| {
            altered(table, query, |token| std::mem::swap(&mut token.expires_at, &mut token.revoked_at))
        }),
        breaks: &["every_field_comes_back"],
    },
    Fault {
        name: "adds one to the usage count of a used token",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.usage_count += u64::from(token.last_used_at.is_some()))
        }),
        breaks: &["every_field_comes_back", "instants_come_back_to_the_microsecond"],
    },
    Fault {
        name: "truncates the creation time to seconds",
        list: AtOnce(|table, query| altered(table, query, |token| token.created_at = whole_seconds(token.created_at))),
        breaks: &["instants_come_back_to_the_microsecond"],
    },
    Fault {
        name: "truncates the time of the last use to milliseconds",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                token.last_used_at =
                    token.last_used_at.and_then(|time| DateTime::from_timestamp_millis(time.timestamp_millis()));
            })
        }),
        breaks: &["instants_come_back_to_the_microsecond"],
    },
    Fault {
        name: "stores the expiry as a double, which has steps of 32 microseconds in the year 9999",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                let micros = token.expires_at.map(|time| time.timestamp_micros());
                let rounded = micros.map(|micros| if micros > 1 << 53 { micros & !31 } else { micros });
                token.expires_at = rounded.and_then(DateTime::from_timestamp_micros);
            })
        }),
        breaks: &["instants_come_back_to_the_microsecond"],
    },
    Fault {
        name: "clamps a revocation before 1970",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                token.revoked_at = token.revoked_at.map(|time| time.max(DateTime::UNIX_EPOCH));
            })
        }),
        breaks: &["instants_come_back_to_the_microsecond"],
    },
    Fault {
        name: "reads the last second before 1970 as no expiry",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.expires_at = token.expires_at.filter(|time| time.timestamp() != -1))
        }),
        breaks: &["instants_come_back_to_the_microsecond"],
    },
    Fault {
        name: "reads the year 1 as 2001",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                if token.created_at.year() == 1 {
                    token.created_at = token.created_at.with_year(2001).unwrap();
                }
            })
        }),
        breaks: &["instants_come_back_to_the_microsecond"],
    },
    Fault {
        name: "stores nanoseconds in an int64, which ends in 2262",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                let end = DateTime::from_timestamp_nanos(i64::MAX);
                token.created_at = token.created_at.clamp(DateTime::from_timestamp_nanos(i64::MIN), end);
            })
        }),
        breaks: &["instants_come_back_to_the_microsecond"],
    },
    Fault {
        name: "stores the usage count in 32 bits",
        list: AtOnce(|table, query| altered(table, query, |token| token.usage_count &= u64::from(u32::MAX))),
        breaks: &["usage_counts_come_back_up_to_int64", "a_usage_count_beyond_int64_is_exact_or_rejected"],
    },
    Fault {
        name: "stores the usage count in a double",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                // The highest count comes back right, because the cast saturates.
                if (1 << 53..i64::MAX.unsigned_abs()).contains(&token.usage_count) {
                    token.usage_count &= !1;
                }
            })
        }),
        breaks: &["usage_counts_come_back_up_to_int64"],
    },
    Fault {
        name: "reads a usage count of 2^63 as 0",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.usage_count *= u64::from(token.usage_count != 1 << 63))
        }),
        breaks: &["a_usage_count_beyond_int64_is_exact_or_rejected"],
    },
    Fault {
        name: "clamps the usage count to int64",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.usage_count = token.usage_count.min(i64::MAX.unsigned_abs()))
        }),
        breaks: &["a_usage_count_beyond_int64_is_exact_or_rejected"],
    },
    Fault {
        name: "trims names",
        list: AtOnce(|table, query| altered(table, query, |token| token.name = token.name.trim().into())),
        breaks: &["names_come_back_unchanged", "a_long_name_is_whole_or_rejected"],
    },
    Fault {
        name: "pads names as CHAR does",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                if token.name.len() < 255 {
                    token.name = token.name.trim_end_matches(' ').into();
                }
            })
        }),
        breaks: &["names_come_back_unchanged"],
    },
    Fault {
        name: "lowercases names",
        list: AtOnce(|table, query| altered(table, query, |token| token.name = token.name.to_lowercase().into())),
        breaks: &["names_come_back_unchanged"],
    },
    Fault {
        name: "replaces characters of four bytes",
        list: AtOnce(|table, query| altered(table, query, |token| token.name = token.name.replace('🦀', "?").into())),
        breaks: &["names_come_back_unchanged"],
    },
    Fault {
        name: "composes accents",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.name = token.name.replace("e\u{301}", "\u{e9}").into())
        }),
        breaks: &["names_come_back_unchanged"],
    },
    Fault {
        name: "doubles quotes",
        list: AtOnce(|table, query| altered(table, query, |token| token.name = token.name.replace('\'', "''").into())),
        breaks: &["names_come_back_unchanged"],
    },
    Fault {
        name: "reads numeric names as numbers",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                if let Ok(number) = token.name.parse::<u64>() {
                    token.name = number.to_string().into();
                }
            })
        }),
        breaks: &["names_come_back_unchanged"],
    },
    Fault {
        name: "removes the word NULL from names",
        list: AtOnce(|table, query| altered(table, query, |token| token.name = token.name.replace("NULL", "").into())),
        breaks: &["names_come_back_unchanged"],
    },
    Fault {
        name: "converts line endings",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.name = token.name.replace("\r\n", "\n").into())
        }),
        breaks: &["names_come_back_unchanged"],
    },
    Fault {
        name: "strips invisible characters",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.name = token.name.replace(['\u{200b}', '\u{feff}'], "").into())
        }),
        breaks: &["names_come_back_unchanged"],
    },
    Fault {
        name: "unescapes entities",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.name = token.name.replace("&amp;", "&").into())
        }),
        breaks: &["names_come_back_unchanged"],
    },
    Fault {
        name: "cuts names to 255 bytes",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                let end = (0..=255).rev().find(|index| token.name.is_char_boundary(*index));
                token.name = token.name[..end.unwrap()].into();
            })
        }),
        breaks: &["names_come_back_unchanged", "a_long_name_is_whole_or_rejected"],
    },
    Fault {
        name: "cuts names to 255 characters",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.name = token.name.chars().take(255).collect::<String>().into())
        }),
        breaks: &["a_long_name_is_whole_or_rejected"],
    },
    Fault {
        name: "ends names at a U+0000",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                let end = token.name.find('\0').unwrap_or(token.name.len());
                token.name = token.name[..end].into();
            })
        }),
        breaks: &["a_name_with_a_nul_is_whole_or_rejected"],
    },
    Fault {
        name: "reads an empty allow-list as no restriction",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                token.allowed_ips = token.allowed_ips.take().filter(|allowed| !allowed.entries().is_empty());
            })
        }),
        breaks: &["no_restriction_differs_from_deny_all"],
    },
    Fault {
        name: "reads no restriction as an empty allow-list",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                token.allowed_ips.get_or_insert_with(AllowedIps::deny_all);
            })
        }),
        breaks: &[
            "every_field_comes_back",
            "instants_come_back_to_the_microsecond",
            "usage_counts_come_back_up_to_int64",
            "a_usage_count_beyond_int64_is_exact_or_rejected",
            "names_come_back_unchanged",
            "a_long_name_is_whole_or_rejected",
            "a_name_with_a_nul_is_whole_or_rejected",
            "no_restriction_differs_from_deny_all",
        ],
    },
    Fault {
        name: "removes duplicate entries of an allow-list",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                alter_entries(token, |entries| {
                    let mut seen = HashSet::new();
                    entries.retain(|entry| seen.insert(*entry));
                });
            })
        }),
        breaks: &["allow_lists_come_back_entry_by_entry"],
    },
    Fault {
        name: "sorts the entries of an allow-list",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                alter_entries(token, |entries| entries.sort_by_key(|entry| (entry.range(), !entry.is_bare())));
            })
        }),
        breaks: &["allow_lists_come_back_entry_by_entry"],
    },
    Fault {
        name: "reads the range of one address as the address",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                alter_entries(token, |entries| {
                    for entry in entries.iter_mut().filter(|entry| entry.range().hosts().nth(1).is_none()) {
                        *entry = entry.range().addr().into();
                    }
                });
            })
        }),
        breaks: &["allow_lists_come_back_entry_by_entry"],
    },
    Fault {
        name: "clears the host bits of a range",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                alter_entries(token, |entries| {
                    for entry in entries.iter_mut().filter(|entry| !entry.is_bare()) {
                        *entry = entry.range().trunc().try_into().unwrap();
                    }
                });
            })
        }),
        breaks: &["allow_lists_come_back_entry_by_entry"],
    },
    Fault {
        name: "drops IPv6 addresses",
        list: AtOnce(|table, query| {
            altered(table, query, |token| {
                let is_ipv6 = |allowed: &mut AllowedIps| allowed.entries().iter().all(|it| it.range().addr().is_ipv6());
                if token.allowed_ips.as_mut().is_some_and(is_ipv6) {
                    token.allowed_ips = Some(AllowedIps::deny_all());
                }
            })
        }),
        breaks: &["allow_lists_come_back_entry_by_entry"],
    },
    Fault {
        name: "skips rows that it cannot read",
        list: AtOnce(|table, query| {
            let mut list = block_on(table.memory.list(query))?;
            if table.is_down.load(Ordering::Relaxed) {
                return sound(table, query);
            }
            list.tokens.retain(|token| !table.is_corrupt(query.owner, token.id));
            Ok(list)
        }),
        breaks: &["a_row_that_cannot_be_read_is_corrupt"],
    },
    Fault {
        name: "reports corrupt data as unavailable",
        list: AtOnce(|table, query| match sound(table, query) {
            Err(error) if error.kind() == StoreErrorKind::Corrupt => {
                Err(StoreError::new(StoreErrorKind::Unavailable, "invalid allow-list"))
            }
            result => result,
        }),
        breaks: &["a_row_that_cannot_be_read_is_corrupt"],
    },
];

/// Alters the entries of a token's allow-list, if there are any.
fn alter_entries(token: &mut AccessToken, alter: impl FnOnce(&mut Vec<AllowedIp>)) {
    if let Some(allowed) = token.allowed_ips.as_mut().filter(|allowed| !allowed.entries().is_empty()) {
        let mut entries = allowed.entries().to_vec();
        alter(&mut entries);
        *allowed = AllowedIps::new(entries).unwrap();
    }
}
