//! One connection to one code server.

use std::future::Future;
use std::time::Duration;

use serde_json::{Value, json};
use tonic::codec::CompressionEncoding;
use tonic::transport::{Channel, Endpoint};

use super::{Address, Definitions, LoadFailure, Loaded, RepositoriesAnswer};

/// The generated code.
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::allow_attributes_without_reason,
    reason = "generated from proto/"
)]
mod api {
    tonic::include_proto!("api");
}

/// The generated code of the health check.
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::allow_attributes_without_reason,
    reason = "generated from proto/"
)]
mod health {
    tonic::include_proto!("grpc.health.v1");
}

use api::dagster_api_client::DagsterApiClient;
use health::health_client::HealthClient;

/// Definitions of a large project exceed gRPC's usual 4 MB by far; Dagster's own limit is 100 MB.
const LARGEST_MESSAGE: usize = 512 * 1024 * 1024;

/// How long a small question may take before the server counts as not answering.
const SMALL: Duration = Duration::from_secs(10);

/// How long reading all definitions may take.
const LARGE: Duration = Duration::from_secs(120);

/// Why a code server could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nothing listens there, or it is gone.
    #[error("the code server at {address} does not answer")]
    Unreachable {
        /// Where it should be.
        address: Address,
        /// What gRPC says.
        #[source]
        source: tonic::transport::Error,
    },
    /// It refused or failed.
    #[error("the code server at {address} failed to answer {question}: {}", source.message())]
    Refused {
        /// Where it is.
        address: Address,
        /// The RPC.
        question: &'static str,
        /// What gRPC says.
        #[source]
        source: Box<tonic::Status>,
    },
    /// It did not answer in time.
    #[error("the code server at {address} did not answer {question} within {} s", limit.as_secs())]
    Late {
        /// Where it is.
        address: Address,
        /// The RPC.
        question: &'static str,
        /// How long it had.
        limit: Duration,
    },
    /// Its answer has a shape that is not known.
    #[error("the code server at {address} answered {question} in a way Dagdeck can't read")]
    Unreadable {
        /// Where it is.
        address: Address,
        /// The RPC.
        question: &'static str,
        /// What JSON says.
        #[source]
        source: serde_json::Error,
    },
}

/// What the health check says. Serving is not loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It takes calls.
    Serving,
    /// It is there but takes none.
    NotServing,
}

/// A connection to a code server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    address: Address,
    api: DagsterApiClient<Channel>,
    health: HealthClient<Channel>,
}

impl Client {
    /// Connects, or fails at once if nothing listens.
    ///
    /// # Errors
    /// When nothing listens there, and when a port has not taken the connection after 2 s.
    pub async fn connect(address: &Address) -> Result<Self, ClientError> {
        let channel = channel(address)
            .await
            .map_err(|source| ClientError::Unreachable {
                address: address.clone(),
                source,
            })?;
        Ok(Self {
            address: address.clone(),
            api: DagsterApiClient::new(channel.clone())
                .max_decoding_message_size(LARGEST_MESSAGE)
                .max_encoding_message_size(LARGEST_MESSAGE)
                .accept_compressed(CompressionEncoding::Gzip),
            // The server compresses every answer, asked to or not.
            health: HealthClient::new(channel).accept_compressed(CompressionEncoding::Gzip),
        })
    }

    /// Where it is connected to.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Whether it takes calls.
    ///
    /// # Errors
    /// When it is gone or refuses the question, and when it has not answered after 10 s.
    pub async fn health(&self) -> Result<Health, ClientError> {
        let mut client = self.health.clone();
        let request = health::HealthCheckRequest {
            service: "DagsterApi".to_owned(),
        };
        let reply = self.ask("health", SMALL, client.check(request)).await?;
        Ok(match reply.status() {
            health::health_check_response::ServingStatus::Serving => Health::Serving,
            _ => Health::NotServing,
        })
    }

    /// The id it was started with.
    ///
    /// # Errors
    /// When it is gone or refuses the question, and when it has not answered after 10 s.
    pub async fn server_id(&self) -> Result<String, ClientError> {
        let mut client = self.api.clone();
        let reply = self
            .ask("GetServerId", SMALL, client.get_server_id(api::Empty {}))
            .await?;
        Ok(reply.server_id)
    }

    /// What it serves, or why its code could not be loaded.
    ///
    /// # Errors
    /// When it is gone or refuses the question, when it has not answered after 120 s, and when its answer is not JSON. Code
    /// that could not be loaded is an answer.
    pub async fn list_repositories(&self) -> Result<RepositoriesAnswer, ClientError> {
        const QUESTION: &str = "ListRepositories";
        let mut client = self.api.clone();
        let call = client.list_repositories(api::ListRepositoriesRequest {});
        let reply = self.ask(QUESTION, LARGE, call).await?;
        let value = self.read(
            QUESTION,
            &reply.serialized_list_repositories_response_or_error,
        )?;
        Ok(listed(&value))
    }

    /// The definitions of all its repositories together.
    ///
    /// # Errors
    /// When for one of the repositories it is gone, refuses, takes longer than 120 s, or answers what is not JSON. Then
    /// there are none of the others either.
    pub async fn definitions(&self, loaded: &Loaded) -> Result<Definitions, ClientError> {
        let mut all = Definitions::default();
        for repository in &loaded.repositories {
            all.add(&self.repository(repository).await?);
        }
        all.finish();
        Ok(all)
    }

    /// Lets the server finish its runs, take no new ones, and exit. Answers at once.
    ///
    /// # Errors
    /// When it is gone or refuses, and when it has not answered after 10 s.
    pub async fn shutdown(&self) -> Result<(), ClientError> {
        let mut client = self.api.clone();
        self.ask(
            "ShutdownServer",
            SMALL,
            client.shutdown_server(api::Empty {}),
        )
        .await?;
        Ok(())
    }

    /// The ids of the runs that it executes now.
    ///
    /// # Errors
    /// When it is gone or refuses the question, when it has not answered after 10 s, and when its answer is not JSON.
    pub async fn current_runs(&self) -> Result<Vec<String>, ClientError> {
        const QUESTION: &str = "GetCurrentRuns";
        let mut client = self.api.clone();
        let reply = self
            .ask(QUESTION, SMALL, client.get_current_runs(api::Empty {}))
            .await?;
        let value = self.read(QUESTION, &reply.serialized_current_runs)?;
        Ok(strings(&value["current_runs"]))
    }

    /// One repository's data, in chunks so that no size is too large for it; job snapshots stay behind.
    async fn repository(&self, name: &str) -> Result<Value, ClientError> {
        const QUESTION: &str = "StreamingExternalRepository";
        let mut client = self.api.clone();
        let request = api::ExternalRepositoryRequest {
            serialized_repository_python_origin: origin(name).to_string(),
            defer_snapshots: true,
        };
        let gather = async move {
            let mut stream = client
                .streaming_external_repository(request)
                .await?
                .into_inner();
            let mut text = String::new();
            while let Some(chunk) = stream.message().await? {
                text.push_str(&chunk.serialized_external_repository_chunk);
            }
            Ok(tonic::Response::new(text))
        };
        let text = self.ask(QUESTION, LARGE, gather).await?;
        self.read(QUESTION, &text)
    }

    async fn ask<T>(
        &self,
        question: &'static str,
        limit: Duration,
        call: impl Future<Output = Result<tonic::Response<T>, tonic::Status>>,
    ) -> Result<T, ClientError> {
        match tokio::time::timeout(limit, call).await {
            Ok(Ok(response)) => Ok(response.into_inner()),
            Ok(Err(status)) => Err(ClientError::Refused {
                address: self.address.clone(),
                question,
                source: Box::new(status),
            }),
            Err(_) => Err(ClientError::Late {
                address: self.address.clone(),
                question,
                limit,
            }),
        }
    }

    fn read(&self, question: &'static str, text: &str) -> Result<Value, ClientError> {
        serde_json::from_str(text).map_err(|source| ClientError::Unreadable {
            address: self.address.clone(),
            question,
            source,
        })
    }
}

async fn channel(address: &Address) -> Result<Channel, tonic::transport::Error> {
    match address {
        Address::Port { host, port } => {
            let endpoint = Endpoint::from_shared(format!("http://{host}:{port}"))?;
            endpoint
                .connect_timeout(Duration::from_secs(2))
                .connect()
                .await
        }
        #[cfg(unix)]
        Address::Socket(path) => {
            let path = path.clone();
            // The address is only a name here: the connector below goes to the socket.
            Endpoint::from_static("http://localhost")
                .connect_with_connector(tower::service_fn(move |_| {
                    let path = path.clone();
                    async move {
                        tokio::net::UnixStream::connect(path)
                            .await
                            .map(hyper_util::rt::TokioIo::new)
                    }
                }))
                .await
        }
        #[cfg(not(unix))]
        Address::Socket(path) => {
            // Never made on this platform; answered as "nothing listens".
            Endpoint::from_shared(format!("http://{}", path.display()))?
                .connect()
                .await
        }
    }
}

/// The argument that names a repository. The server looks at the repository's name alone.
fn origin(repository: &str) -> Value {
    json!({
        "__class__": "ExternalRepositoryOrigin",
        "repository_location_origin": {
            "__class__": "GrpcServerRepositoryLocationOrigin",
            "host": "localhost", "port": 1, "socket": null,
            "location_name": "dagdeck", "use_ssl": null, "additional_metadata": null,
        },
        "repository_name": repository,
    })
}

/// Tells an answer to ListRepositories from an error in its place.
pub(super) fn listed(value: &Value) -> RepositoriesAnswer {
    if value["__class__"] == "ListRepositoriesResponse" {
        let symbols = value["repository_symbols"].as_array();
        RepositoriesAnswer::Loaded(Loaded {
            repositories: symbols
                .into_iter()
                .flatten()
                .filter_map(|symbol| symbol["repository_name"].as_str())
                .map(str::to_owned)
                .collect(),
            interpreter: value["executable_path"].as_str().map(str::to_owned),
            dagster: value["dagster_library_versions"]["dagster"]
                .as_str()
                .map(str::to_owned),
        })
    } else {
        RepositoriesAnswer::Failed(Box::new(LoadFailure::of(value)))
    }
}

pub(super) fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items
        .filter_map(|item| item.as_str())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loaded_server_names_its_repositories() {
        let value = serde_json::from_str(include_str!(
            "../../tests/samples/grpc-ListRepositories.json"
        ))
        .unwrap();
        let RepositoriesAnswer::Loaded(loaded) = listed(&value) else {
            panic!("read as a failure")
        };
        assert_eq!(loaded.repositories, ["__repository__"]);
        assert_eq!(loaded.dagster.as_deref(), Some("1.13.27"));
    }

    #[tokio::test]
    async fn nothing_there_is_told_at_once() {
        let nowhere = Address::Socket("/nonexistent/loc.sock".into());
        let error = Client::connect(&nowhere).await.unwrap_err();
        assert!(matches!(error, ClientError::Unreachable { .. }));
    }
}
