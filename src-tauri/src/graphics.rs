//! How WebKitGTK draws: what it gets wrong with NVIDIA's own driver, and what it does at a great price where there is no
//! graphics card.
//!
//! Owns three environment variables, each set only where it is needed and the person did not decide otherwise.

use std::sync::OnceLock;

/// What [`prepare`] set.
static SET: OnceLock<Vec<(&str, &str)>> = OnceLock::new();

/// The variables that were set at the start, with their values: what the window does without on this machine.
pub(crate) fn set() -> &'static [(&'static str, &'static str)] {
    SET.get().map_or(&[], Vec::as_slice)
}

/// Prepares the environment that the window system reads at start. Must run before any thread is started.
pub fn prepare() {
    #[cfg(target_os = "linux")]
    {
        let decided = |name: &str| std::env::var_os(name).is_some();
        let needed = linux::needed(linux::Card::find(), decided);
        for (name, value) in &needed {
            linux::set(name, value);
        }
        SET.get_or_init(|| needed);
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::Path;

    /// WebKit's buffer sharing leaves the window blank; explicit sync ends the program under Wayland.
    const NVIDIA: &[(&str, &str)] = &[
        ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
        ("__NV_DISABLE_EXPLICIT_SYNC", "1"),
    ];
    /// Without a card the GPU's work is done by a program that imitates one: drawing directly shows the first screen a
    /// tenth of a second sooner.
    const NONE: &[(&str, &str)] = &[("WEBKIT_SKIA_ENABLE_CPU_RENDERING", "1")];

    /// What there is to draw with.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) enum Card {
        Nvidia,
        Other,
        None,
    }

    impl Card {
        pub(super) fn find() -> Self {
            let imitated = std::env::var_os("LIBGL_ALWAYS_SOFTWARE")
                .is_some_and(|value| value != "0" && value != "false");
            let devices = std::fs::read_dir("/dev/dri").into_iter().flatten();
            let real = devices
                .flatten()
                .any(|device| device.file_name().to_string_lossy().starts_with("renderD"));
            if imitated {
                Self::None
            } else if Path::new("/proc/driver/nvidia/version").exists() {
                Self::Nvidia
            } else if real {
                Self::Other
            } else {
                Self::None
            }
        }
    }

    pub(super) fn needed(
        card: Card,
        decided: impl Fn(&str) -> bool,
    ) -> Vec<(&'static str, &'static str)> {
        let remedies = match card {
            Card::Nvidia => NVIDIA,
            Card::Other => &[],
            Card::None => NONE,
        };
        remedies
            .iter()
            .copied()
            .filter(|(name, _)| !decided(name))
            .collect()
    }

    #[expect(
        unsafe_code,
        reason = "the only caller is the first line of main, before any thread exists"
    )]
    pub(super) fn set(name: &str, value: &str) {
        // SAFETY: no other thread can read the environment meanwhile.
        unsafe { std::env::set_var(name, value) };
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn other_machines_are_left_alone() {
            assert!(needed(Card::Other, |_| false).is_empty());
        }

        #[test]
        fn without_a_card_it_is_drawn_directly() {
            assert_eq!(needed(Card::None, |_| false), NONE);
            assert!(needed(Card::None, |_| true).is_empty());
        }

        #[test]
        fn the_person_s_own_choice_stays() {
            let names: Vec<_> = needed(Card::Nvidia, |name| name.starts_with("WEBKIT"))
                .into_iter()
                .map(|(name, _)| name)
                .collect();
            assert_eq!(names, ["__NV_DISABLE_EXPLICIT_SYNC"]);
        }
    }
}
