//! The one line that installs a missing tool, for this platform. Only shown; a person runs it.

/// Package managers of Linux systems, with the words in front of a package's name.
const MANAGERS: [(&str, &str); 5] = [
    ("apt-get", "sudo apt-get install -y"),
    ("dnf", "sudo dnf install -y"),
    ("pacman", "sudo pacman -S --noconfirm"),
    ("zypper", "sudo zypper install -y"),
    ("apk", "sudo apk add"),
];

/// The line that installs `tool`; None where one line does not do it. `has` tells whether a program is there.
pub(super) fn line(tool: &str, has: impl Fn(&str) -> bool) -> Option<String> {
    let fixed = match (tool, std::env::consts::OS) {
        ("python", _) => "uv python install",
        ("uv", "macos") if has("brew") => "brew install uv",
        ("uv", "windows") => "winget install --id=astral-sh.uv -e",
        ("uv", _) if has("pipx") => "pipx install uv",
        ("uv", _) => "curl -LsSf https://astral.sh/uv/install.sh | sh",
        ("git", "macos") => "xcode-select --install",
        ("git", "windows") => "winget install --id=Git.Git -e",
        _ => {
            let (_, words) = MANAGERS.into_iter().find(|(manager, _)| has(manager))?;
            return Some(format!("{words} {tool}"));
        }
    };
    Some(fixed.to_owned())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn git_comes_from_the_system_s_own_packages() {
        assert_eq!(
            line("git", |name| name == "dnf").as_deref(),
            Some("sudo dnf install -y git")
        );
        assert_eq!(line("git", |_| false), None);
    }

    #[test]
    fn uv_comes_from_pipx_where_that_is_there() {
        assert_eq!(
            line("uv", |name| name == "pipx").as_deref(),
            Some("pipx install uv")
        );
        assert!(line("uv", |_| false).is_some_and(|line| line.contains("uv/install.sh")));
    }
}
