//! What makes an async trait usable behind a pointer: a twin that boxes its future, and forwarding.

/// Defines the boxed twin of a trait with an `Owner` and one async method of one argument. Everything that implements
/// the trait has the twin; the twin as a trait object implements the trait; `&`, `Box` and `Arc` forward it.
macro_rules! dyn_trait {
    (
        $(#[$doc:meta])*
        $twin:ident of $trait:ident;
        $(#[$boxed_doc:meta])*
        $boxed:ident of $method:ident($argument:ident: $argument_type:ty) -> $output:ty
    ) => {
        $(#[$doc])*
        pub trait $twin: sealed::Sealed + Send + Sync {
            /// The same as the trait's own.
            type Owner: Send + Sync;

            $(#[$boxed_doc])*
            fn $boxed<'a>(
                &'a self,
                $argument: &'a $argument_type,
            ) -> ::std::pin::Pin<Box<dyn Future<Output = $output> + Send + 'a>>;
        }

        mod sealed {
            /// Only the crate implements the boxed trait: for every type that implements the trait itself.
            pub trait Sealed {}

            impl<T: super::$trait> Sealed for T {}
        }

        impl<T: $trait> $twin for T {
            type Owner = T::Owner;

            fn $boxed<'a>(
                &'a self,
                $argument: &'a $argument_type,
            ) -> ::std::pin::Pin<Box<dyn Future<Output = $output> + Send + 'a>> {
                Box::pin(self.$method($argument))
            }
        }

        dyn_trait!(@object $trait for dyn $twin<Owner = O> + '_; $boxed of $method($argument: $argument_type) -> $output);
        dyn_trait!(
            @object $trait for dyn $twin<Owner = O> + Send + Sync + '_;
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
