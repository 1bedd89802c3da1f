//! What pins a plan: a short name for what a person was shown, so that what is done is that or nothing.
//!
//! Owns the name. Refuses to say what a plan is or what moved in it: whoever made the plan does.

use std::hash::{DefaultHasher, Hash, Hasher};

/// The name of what was shown. It holds while this program runs, and is none to keep.
pub(crate) fn of<T: Hash + ?Sized>(shown: &T) -> String {
    let mut hasher = DefaultHasher::new();
    shown.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn what_differs_has_another_name() {
        assert_eq!(of("one"), of("one"));
        assert_ne!(of("one"), of("two"));
        assert_ne!(of(&("a", "bc")), of(&("ab", "c")));
    }
}
