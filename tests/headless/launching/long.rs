//! The stories that take long and of which shorter ones show each part. `cargo xtask soak --only whole` runs these.

mod python;
mod scaffold;
mod workspaces;
