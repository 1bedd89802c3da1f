//! Which ports are free, and who holds one that is not. Reserves nothing: a free port can be taken a moment later.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, Socket, Type};

/// Who listens on a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The pid of the process that listens.
    pub pid: u32,
    /// Its name as the system has it.
    pub name: String,
}

/// Whether nobody listens on this port of this machine.
///
/// Tried by a plain bind: a server that shares its port with others (`SO_REUSEPORT`) would not notice. Both loopback
/// addresses count, because a browser may take either for `localhost`.
#[must_use]
pub fn is_free(port: u16) -> bool {
    let taken = |address: IpAddr| match bound(address, port) {
        Ok(_) => false,
        Err(error) => error.kind() == ErrorKind::AddrInUse || address.is_ipv4(),
    };
    !taken(Ipv4Addr::LOCALHOST.into()) && !taken(Ipv6Addr::LOCALHOST.into())
}

/// The first free port from this one on.
#[must_use]
pub fn first_free(from: u16) -> Option<u16> {
    (from.max(1)..=u16::MAX).find(|&port| is_free(port))
}

/// Any free port, as the system picks it.
///
/// # Errors
/// When the system has none.
pub fn any_free() -> std::io::Result<u16> {
    let address = bound(Ipv4Addr::LOCALHOST.into(), 0)?.local_addr()?;
    let port = address.as_socket().map(|address| address.port());
    port.ok_or_else(|| ErrorKind::AddrNotAvailable.into())
}

/// A socket that has a port and does not listen.
///
/// A program that is started meanwhile keeps a copy of it for a moment, until it has become that program. A copy that
/// listened would make the port look taken to the next who asks; one that does not is in nobody's way.
fn bound(address: IpAddr, port: u16) -> std::io::Result<Socket> {
    let address = SocketAddr::new(address, port);
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Whether this process listens on a port. On systems that are not asked yet, it is believed to.
#[cfg(target_os = "linux")]
#[must_use]
pub fn is_held_by(port: u16, pid: u32) -> bool {
    holds(pid, &sockets(port))
}

/// Whether this process listens on a port. On systems that are not asked yet, it is believed to.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn is_held_by(_port: u16, _pid: u32) -> bool {
    true
}

/// Who listens on a port. Nothing when nobody does, or when it is another person's program and the system does not say.
#[cfg(target_os = "linux")]
#[must_use]
pub fn holder(port: u16) -> Option<Holder> {
    let sockets = sockets(port);
    if sockets.is_empty() {
        return None;
    }
    let mut pids = crate::tree::pids();
    // The oldest holder is the server; younger ones inherited its socket.
    pids.sort_unstable();
    let pid = pids.into_iter().find(|&pid| holds(pid, &sockets))?;
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    Some(Holder {
        pid,
        name: name.trim().to_owned(),
    })
}

/// Who listens on a port. Nothing: this system is not asked yet.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn holder(_port: u16) -> Option<Holder> {
    None
}

/// The ports that a process listens on, lowest first.
#[cfg(target_os = "linux")]
#[must_use]
pub fn listened_by(pid: u32) -> Vec<u16> {
    let Ok(files) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
        return Vec::new();
    };
    let open: std::collections::BTreeSet<_> = files
        .flatten()
        .filter_map(|file| std::fs::read_link(file.path()).ok())
        .collect();
    let mut ports: Vec<u16> = TABLES
        .into_iter()
        .flat_map(listeners)
        .filter(|(_, socket)| open.contains(std::path::Path::new(socket)))
        .map(|(port, _)| port)
        .collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// The ports that a process listens on. None: this system is not asked yet.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn listened_by(_pid: u32) -> Vec<u16> {
    Vec::new()
}

/// The system's tables of sockets.
#[cfg(target_os = "linux")]
const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];

/// The listening sockets of a port, as they appear in a process's open files.
#[cfg(target_os = "linux")]
fn sockets(port: u16) -> Vec<String> {
    let all = TABLES.into_iter().flat_map(listeners);
    all.filter(|(one, _)| *one == port)
        .map(|(_, socket)| socket)
        .collect()
}

/// Every listening socket of one of the system's tables: its port, and its name in a process's open files.
#[cfg(target_os = "linux")]
fn listeners(table: &str) -> Vec<(u16, String)> {
    const LISTEN: &str = "0A";
    let text = std::fs::read_to_string(table).unwrap_or_default();
    text.lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            let (_, port) = fields.get(1)?.rsplit_once(':')?;
            let port = u16::from_str_radix(port, 16).ok()?;
            let socket = format!("socket:[{}]", fields.get(9).copied().unwrap_or_default());
            (*fields.get(3)? == LISTEN).then_some((port, socket))
        })
        .collect()
}

#[cfg(target_os = "linux")]
fn holds(pid: u32, sockets: &[String]) -> bool {
    let Ok(files) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    files
        .flatten()
        .filter_map(|file| std::fs::read_link(file.path()).ok())
        .any(|link| {
            sockets
                .iter()
                .any(|socket| link.as_os_str() == socket.as_str())
        })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_held_port_is_not_free_and_names_us() {
        let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = held.local_addr().unwrap().port();
        assert!(!is_free(port));
        assert_ne!(first_free(port), Some(port));
        #[cfg(target_os = "linux")]
        assert_eq!(
            holder(port).map(|holder| holder.pid),
            Some(std::process::id())
        );
        assert!(is_held_by(port, std::process::id()));
        #[cfg(target_os = "linux")]
        assert!(listened_by(std::process::id()).contains(&port));
        #[cfg(target_os = "linux")]
        assert!(!is_held_by(port, 1), "another process does not hold it");
    }

    #[test]
    fn a_port_held_on_all_addresses_is_not_free() {
        let held = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        assert!(!is_free(held.local_addr().unwrap().port()));
    }

    #[cfg(unix)]
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "it is about programs that start in any way"
    )]
    fn a_free_port_stays_free_while_programs_start() {
        use std::sync::atomic::{AtomicBool, Ordering};

        let port = any_free().unwrap();
        let looked = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !looked.load(Ordering::Relaxed) {
                        assert!(
                            std::process::Command::new("true")
                                .status()
                                .unwrap()
                                .success()
                        );
                    }
                });
            }
            let taken = (0..20_000).filter(|_| !is_free(port)).count();
            looked.store(true, Ordering::Relaxed);
            assert_eq!(taken, 0, "looks at a port that nobody took");
        });
    }

    #[test]
    fn nobody_holds_a_free_port() {
        let port = any_free().unwrap();
        assert!(is_free(port));
        assert_eq!(holder(port), None);
    }
}
