//! From a command's name and its request as JSON to its answer as JSON. The list comes from `api`, so that a command that
//! the deck lacks does not compile.

use api::*;
use dagdeck::Deck;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

macro_rules! dispatch {
    ($($name:ident: $request:ty => $response:ty, $about:literal;)*) => {
        /// Gives one command to the deck.
        pub(crate) async fn dispatch(
            deck: &Deck,
            command: &str,
            request: &RawValue,
        ) -> Result<Box<RawValue>, ApiError> {
            match command {
                $(
                    stringify!($name) => {
                        let request: $request = read(command, request)?;
                        // Boxed: some commands' futures are large, and all of them together are one here.
                        let response: $response = Box::pin(deck.$name(request)).await?;
                        write(command, &response)
                    }
                )*
                _ => Err(ApiError::new(
                    ErrorCode::Invalid,
                    format!("There is no command {command}."),
                )),
            }
        }
    };
}

api::with_commands!(dispatch);

fn read<Request: DeserializeOwned>(command: &str, json: &RawValue) -> Result<Request, ApiError> {
    serde_json::from_str(json.get()).map_err(|error| {
        let message = format!("The request for {command} can't be read.");
        ApiError::new(ErrorCode::Invalid, message).with_source(&error)
    })
}

fn write(command: &str, response: &impl Serialize) -> Result<Box<RawValue>, ApiError> {
    to_raw_value(response).map_err(|error| {
        let message = format!("The answer of {command} can't be written.");
        ApiError::new(ErrorCode::Internal, message).with_source(&error)
    })
}
