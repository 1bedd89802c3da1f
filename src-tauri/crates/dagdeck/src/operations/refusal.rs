//! Why an operation on the open workspace is refused or fails, as far as several of them say it alike.

use crate::errors::{FileError, UvMissing};
use crate::open::FactsError;
use crate::operations::basis::Moved;
use crate::record::OnceError;

/// What several operations refuse or fail for alike.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// The open workspace refuses.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// There is no uv to do it.
    #[error(transparent)]
    UvMissing(#[from] UvMissing),
    /// Something else would be done by now than was shown.
    #[error(transparent)]
    Moved(#[from] Moved),
    /// The program that does it says no, or the person took it back.
    #[error(transparent)]
    Program(#[from] OnceError),
    /// A file of the project or of its copy refuses.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Lets `?` make an error with a variant `Refused(Refusal)` of each of the above.
macro_rules! refused_alike {
    ($error:ident: $($source:ident),+ $(,)?) => {$(
        impl From<$source> for $error {
            fn from(source: $source) -> Self {
                Self::Refused(source.into())
            }
        }
    )+};
}
pub(crate) use refused_alike;
