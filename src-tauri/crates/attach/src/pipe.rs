//! The bytes between host and owner, for each system.

use std::path::Path;

use api::protocol::MOST_BYTES;
use tokio::io::{ReadHalf, WriteHalf};
use tokio_util::codec::{FramedRead, FramedWrite, LengthDelimitedCodec};

use crate::AttachError;

#[cfg(unix)]
type Stream = tokio::net::UnixStream;
#[cfg(windows)]
type Stream = tokio::net::windows::named_pipe::NamedPipeClient;

/// Frames as they come in.
pub(crate) type Incoming = FramedRead<ReadHalf<Stream>, LengthDelimitedCodec>;
/// Frames as they go out.
pub(crate) type Outgoing = FramedWrite<WriteHalf<Stream>, LengthDelimitedCodec>;

/// Connects; whoever listens is a process of the same person, of this pid where the system tells it.
pub(crate) async fn connect(
    socket: &Path,
) -> Result<(Incoming, Outgoing, Option<u32>), AttachError> {
    let (stream, pid) = open(socket).await?;
    let (read, write) = tokio::io::split(stream);
    let codec = || {
        LengthDelimitedCodec::builder()
            .little_endian()
            .max_frame_length(MOST_BYTES)
            .new_codec()
    };
    Ok((
        FramedRead::new(read, codec()),
        FramedWrite::new(write, codec()),
        pid,
    ))
}

#[cfg(unix)]
async fn open(socket: &Path) -> Result<(Stream, Option<u32>), AttachError> {
    let stream = Stream::connect(socket)
        .await
        .map_err(|source| not_connected(socket, source))?;
    let peer = stream
        .peer_cred()
        .map_err(|source| not_connected(socket, source))?;
    if peer.uid() != nix::unistd::geteuid().as_raw() {
        return Err(AttachError::Stranger {
            socket: socket.to_owned(),
            user: peer.uid(),
        });
    }
    let pid = peer.pid().and_then(|pid| u32::try_from(pid).ok());
    Ok((stream, pid))
}

#[cfg(windows)]
async fn open(socket: &Path) -> Result<(Stream, Option<u32>), AttachError> {
    tokio::net::windows::named_pipe::ClientOptions::new()
        .open(socket)
        .map(|stream| (stream, None))
        .map_err(|source| not_connected(socket, source))
}

/// Whether nobody listens, or somebody does who can't be spoken to.
fn not_connected(socket: &Path, source: std::io::Error) -> AttachError {
    use std::io::ErrorKind::{ConnectionRefused, ConnectionReset, NotConnected, NotFound};
    let socket = socket.to_owned();
    // Who ends while somebody connects resets the connection, or is gone before it is asked whose process it is.
    let ends = [NotFound, ConnectionRefused, ConnectionReset, NotConnected];
    if ends.contains(&source.kind()) {
        AttachError::NoOwner { socket, source }
    } else {
        AttachError::Unreachable { socket, source }
    }
}
