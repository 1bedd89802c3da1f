//! The words for a location that is not there.

use crate::open_workspace::NoLocation;
use crate::rim::{by_value, no_location};
use api::ApiError;

by_value!(NoLocation);

impl From<&NoLocation> for ApiError {
    fn from(NoLocation { id }: &NoLocation) -> Self {
        no_location(id)
    }
}
