//! Longer texts: a cookbook, the guides, and the documents of the repository.
//!
//! These modules exist only in this documentation. They have no code.

pub mod cookbook;

/// Links from one document to another.
///
/// A link in a document has a label. The last lines of the document define each label as a path, for readers of the
/// repository. In CommonMark, the first definition of a label wins. The macro `document` puts the definitions of this
/// macro before the text of each document. So in rustdoc, the links of a document lead to pages of rustdoc.
macro_rules! links {
    () => {
        "\
[../MANY_MACHINES.md]: crate::_documentation::many_machines
[../MANY_MACHINES.md#mariadb-galera]: crate::_documentation::many_machines#mariadb-galera
[../STORES.md]: crate::_documentation::stores
[COMPARE.md]: crate::_documentation::compare
[MANY_MACHINES.md]: crate::_documentation::many_machines
[MANY_MACHINES.md#citus]: crate::_documentation::many_machines#citus
[MANY_MACHINES.md#mariadb-galera]: crate::_documentation::many_machines#mariadb-galera
[PERFORMANCE.md]: crate::_documentation::performance
[STORES.md]: crate::_documentation::stores
[STORES.md#one-server-and-citus]: crate::_documentation::stores#one-server-and-citus
[STORES.md#one-server-and-galera]: crate::_documentation::stores#one-server-and-galera
[STORES.md#sanctums-table-in-mariadb]: crate::_documentation::stores#sanctums-table-in-mariadb
[STORES.md#which-store-to-choose]: crate::_documentation::stores#which-store-to-choose
[client.md]: crate::_documentation::guides::client
[cors.md]: crate::_documentation::guides::cors
[endpoints.md]: crate::_documentation::guides::endpoints
[guides/laravel.md]: crate::_documentation::guides::laravel
[guides/lists.md]: crate::_documentation::guides::lists
[laravel.md]: crate::_documentation::guides::laravel
[lists.md]: crate::_documentation::guides::lists
[openapi.md]: crate::_documentation::guides::openapi
[openapi.md#describe-a-list-of-your-own]: crate::_documentation::guides::openapi#describe-a-list-of-your-own
[service.md]: crate::_documentation::guides::service
[service.md#behind-a-proxy]: crate::_documentation::guides::service#behind-a-proxy
[store.md]: crate::_documentation::guides::store
[token-life.md]: crate::_documentation::guides::token_life
"
    };
}

/// Defines a module whose documentation is a document of the repository. The code in a document needs other crates, so
/// doctests do not include the module.
macro_rules! document {
    ($name:ident, $path:literal) => {
        #[cfg(not(doctest))]
        #[doc = links!()]
        #[doc = include_str!($path)]
        pub mod $name {}
    };
}

document!(compare, "../../docs/COMPARE.md");
document!(design, "../../docs/DESIGN.md");
document!(many_machines, "../../docs/MANY_MACHINES.md");
document!(performance, "../../docs/PERFORMANCE.md");
document!(stores, "../../docs/STORES.md");
document!(trust, "../../docs/TRUST.md");
document!(changelog, "../../CHANGELOG.md");
document!(security, "../../SECURITY.md");

/// How to use the library, from an empty project to a running service.
pub mod guides {
    document!(adapter, "../../docs/guides/adapter.md");
    document!(client, "../../docs/guides/client.md");
    document!(cors, "../../docs/guides/cors.md");
    document!(endpoints, "../../docs/guides/endpoints.md");
    document!(laravel, "../../docs/guides/laravel.md");
    document!(lists, "../../docs/guides/lists.md");
    document!(openapi, "../../docs/guides/openapi.md");
    document!(service, "../../docs/guides/service.md");
    document!(store, "../../docs/guides/store.md");
    document!(testing, "../../docs/guides/testing.md");
    document!(token_life, "../../docs/guides/token-life.md");
}
