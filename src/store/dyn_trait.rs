//! Makes an async trait usable as a trait object.
//!
//! The macro `dyn_trait` defines a boxed trait, whose method boxes its future. It also implements the trait itself for
//! `&T`, `Box<T>` and `Arc<T>`.

/// Defines the boxed trait of a trait with an `Owner` and one async method with one argument.
///
/// Every type that implements the trait implements the boxed trait. The trait objects of the boxed trait implement the
/// trait. `&T`, `Box<T>` and `Arc<T>` implement the trait if `T` does: their method calls the method of `T`.
macro_rules! dyn_trait {
    (
        $(#[$doc:meta])*
        $dyn_trait:ident of $trait:ident;
        $(#[$boxed_doc:meta])*
        $boxed:ident of $method:ident($argument:ident: $argument_type:ty) -> $output:ty
    ) => {
        $(#[$doc])*
        pub trait $dyn_trait: sealed::Sealed + Send + Sync {
            /// The key of an owner, as in the trait itself.
            type Owner: Send + Sync;

            $(#[$boxed_doc])*
            fn $boxed<'a>(
                &'a self,
                $argument: &'a $argument_type,
            ) -> ::std::pin::Pin<Box<dyn Future<Output = $output> + Send + 'a>>;
        }

        mod sealed {
            /// Only the crate implements the boxed trait: for every type that implements the trait itself.
            #[diagnostic::on_unimplemented(
                message = "`{Self}` cannot implement a boxed trait by hand",
                note = "implement the trait itself, whose name has no `Dyn`: the boxed trait comes with it"
            )]
            pub trait Sealed {}

            impl<T: super::$trait> Sealed for T {}
        }

        impl<T: $trait> $dyn_trait for T {
            type Owner = T::Owner;

            fn $boxed<'a>(
                &'a self,
                $argument: &'a $argument_type,
            ) -> ::std::pin::Pin<Box<dyn Future<Output = $output> + Send + 'a>> {
                Box::pin(self.$method($argument))
            }
        }

        dyn_trait!(@object $trait for dyn $dyn_trait<Owner = O> + '_; $boxed of $method($argument: $argument_type) -> $output);
        dyn_trait!(
            @object $trait for dyn $dyn_trait<Owner = O> + Send + Sync + '_;
            $boxed of $method($argument: $argument_type) -> $output
        );
        dyn_trait!(@forward $trait for &T; $method($argument: $argument_type) -> $output);
        dyn_trait!(@forward $trait for Box<T>; $method($argument: $argument_type) -> $output);
        dyn_trait!(@forward $trait for ::std::sync::Arc<T>; $method($argument: $argument_type) -> $output);
    };
    (
        @object $trait:ident for $object:ty;
        $boxed:ident of $method:ident($argument:ident: $argument_type:ty) -> $output:ty
    ) => {
        impl<O: Send + Sync> $trait for $object {
            type Owner = O;

            async fn $method(&self, $argument: &$argument_type) -> $output {
                self.$boxed($argument).await
            }
        }
    };
    (@forward $trait:ident for $pointer:ty; $method:ident($argument:ident: $argument_type:ty) -> $output:ty) => {
        impl<T: $trait + ?Sized> $trait for $pointer {
            type Owner = T::Owner;

            fn $method(&self, $argument: &$argument_type) -> impl Future<Output = $output> + Send {
                (**self).$method($argument)
            }
        }
    };
}

pub(crate) use dyn_trait;
