//! Works around a blank or crashing window that WebKitGTK shows with NVIDIA's own driver.
//!
//! Owns two environment variables, each set only where the driver is in use and the person did not decide otherwise.

/// Prepares the environment that the window system reads at start. Must run before any thread is started.
pub fn prepare() {
    #[cfg(target_os = "linux")]
    for (name, value) in linux::needed(linux::has_nvidia(), |name| std::env::var_os(name).is_some())
    {
        linux::set(name, value);
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::Path;

    /// WebKit's buffer sharing leaves the window blank; explicit sync ends the program under Wayland.
    const REMEDIES: [(&str, &str); 2] = [
        ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
        ("__NV_DISABLE_EXPLICIT_SYNC", "1"),
    ];

    pub(super) fn has_nvidia() -> bool {
        Path::new("/proc/driver/nvidia/version").exists()
    }

    pub(super) fn needed(
        nvidia: bool,
        decided: impl Fn(&str) -> bool,
    ) -> Vec<(&'static str, &'static str)> {
        if !nvidia {
            return Vec::new();
        }
        REMEDIES
            .into_iter()
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
            assert!(needed(false, |_| false).is_empty());
        }

        #[test]
        fn the_person_s_own_choice_stays() {
            let names: Vec<_> = needed(true, |name| name.starts_with("WEBKIT"))
                .into_iter()
                .map(|(name, _)| name)
                .collect();
            assert_eq!(names, ["__NV_DISABLE_EXPLICIT_SYNC"]);
        }
    }
}
