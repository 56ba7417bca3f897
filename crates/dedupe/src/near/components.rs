//! Which texts belong together: joined in any thread, in any order, with the same result.

use std::sync::atomic::{AtomicU32, Ordering};

/// Disjoint sets of the numbers below a bound. The root of a set is its least member, once all joins are done.
///
/// Relaxed ordering is enough: a stale parent is a parent, too, and a join is told again where it was not seen.
#[derive(Debug)]
pub(crate) struct Components(Vec<AtomicU32>);

impl Components {
    pub(crate) fn new(members: u32) -> Self {
        Self((0..members).map(AtomicU32::new).collect())
    }

    fn parent(&self, member: u32) -> u32 {
        self.0[member as usize].load(Ordering::Relaxed)
    }

    /// The root of a member's set as far as this thread knows.
    pub(crate) fn root(&self, mut member: u32) -> u32 {
        loop {
            let parent = self.parent(member);
            if parent == member {
                return member;
            }
            let above = self.parent(parent);
            if above != parent {
                // Halves the path; another thread that is faster has put something as good there.
                let _ =
                    self.0[member as usize].compare_exchange_weak(parent, above, Ordering::Relaxed, Ordering::Relaxed);
            }
            member = above;
        }
    }

    /// Whether two members are known to be of one set. If not, they may come to be.
    pub(crate) fn are_joined(&self, a: u32, b: u32) -> bool {
        self.root(a) == self.root(b)
    }

    /// Makes one set of those of two members.
    pub(crate) fn join(&self, a: u32, b: u32) {
        let (mut a, mut b) = (a, b);
        loop {
            (a, b) = (self.root(a), self.root(b));
            if a == b {
                return;
            }
            let (less, more) = (a.min(b), a.max(b));
            // Fails when another thread has hung up `more` meanwhile.
            let joined = self.0[more as usize].compare_exchange(more, less, Ordering::Relaxed, Ordering::Relaxed);
            if joined.is_ok() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rayon::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sets_are_those_that_relabelling_finds(pairs in prop::collection::vec((0..60_u32, 0..60_u32), 0..80)) {
            let mut labels: Vec<u32> = (0..60).collect();
            for (a, b) in &pairs {
                let (a, b) = (labels[*a as usize], labels[*b as usize]);
                for label in &mut labels {
                    if *label == a.max(b) {
                        *label = a.min(b);
                    }
                }
            }
            let components = Components::new(60);
            pairs.par_iter().for_each(|(a, b)| components.join(*a, *b));
            let roots: Vec<u32> = (0..60).map(|member| components.root(member)).collect();
            prop_assert_eq!(roots, labels);
        }
    }
}
