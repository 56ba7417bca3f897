//! The follow graph: insiders follow insiders (both ends known), outsiders follow insiders, insiders follow outsiders.

/// Who follows whom now. Accounts are indices; lists are sorted.
#[derive(Debug, Default)]
pub struct Graph {
    followers: Vec<Vec<u32>>,
    following: Vec<Vec<u32>>,
    outside_followers: Vec<Vec<u32>>,
}

fn insert(list: &mut Vec<u32>, item: u32) -> bool {
    match list.binary_search(&item) {
        Ok(_) => false,
        Err(at) => {
            list.insert(at, item);
            true
        }
    }
}

/// What an account had when it was taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ties {
    /// Inside followers.
    pub followers: Vec<u32>,
    /// Insiders whom it followed.
    pub following: Vec<u32>,
    /// Outside followers.
    pub outside_followers: Vec<u32>,
}

impl Graph {
    /// Adds an account without edges; accounts are numbered in the order of their coming.
    pub fn add_account(&mut self) {
        self.followers.push(Vec::new());
        self.following.push(Vec::new());
        self.outside_followers.push(Vec::new());
    }

    /// `follower` follows `followed`; false when it did already or both are one.
    pub fn follow(&mut self, follower: u32, followed: u32) -> bool {
        if follower == followed || !insert(&mut self.followers[followed as usize], follower) {
            return false;
        }
        insert(&mut self.following[follower as usize], followed)
    }

    /// Outsider `follower` follows `followed`; false when it did already.
    pub fn follow_from_outside(&mut self, follower: u32, followed: u32) -> bool {
        insert(&mut self.outside_followers[followed as usize], follower)
    }

    /// Takes accounts out with all their edges, as the platform's counts do when an account is gone; returns what each had when its
    /// turn came. All at once, for then each list that names some of them is gone through once.
    pub fn take_out(&mut self, accounts: &[usize]) -> Vec<Ties> {
        const STAYS: usize = usize::MAX;
        let mut turns = vec![STAYS; self.followers.len()];
        accounts
            .iter()
            .enumerate()
            .for_each(|(turn, account)| turns[*account] = turn);
        let (mut their_followers, mut their_followed) = (Vec::new(), Vec::new());
        let taken = accounts
            .iter()
            .enumerate()
            .map(|(turn, account)| {
                let mut ties = Ties {
                    followers: std::mem::take(&mut self.followers[*account]),
                    following: std::mem::take(&mut self.following[*account]),
                    outside_followers: std::mem::take(&mut self.outside_followers[*account]),
                };
                // Who was taken out before is no longer among them.
                for list in [&mut ties.followers, &mut ties.following] {
                    list.retain(|other| turns[*other as usize] == STAYS || turns[*other as usize] > turn);
                }
                their_followers.extend(ties.followers.iter().copied());
                their_followed.extend(ties.following.iter().copied());
                ties
            })
            .collect();
        for (named, lists) in [
            (&mut their_followers, &mut self.following),
            (&mut their_followed, &mut self.followers),
        ] {
            named.sort_unstable();
            named.dedup();
            for other in named.iter() {
                lists[*other as usize].retain(|account| turns[*account as usize] == STAYS);
            }
        }
        taken
    }

    /// Inside followers of an account.
    #[must_use]
    pub fn followers(&self, account: usize) -> &[u32] {
        &self.followers[account]
    }

    /// Insiders whom an account follows.
    #[must_use]
    pub fn following(&self, account: usize) -> &[u32] {
        &self.following[account]
    }

    /// Outside followers of an account.
    #[must_use]
    pub fn outside_followers(&self, account: usize) -> &[u32] {
        &self.outside_followers[account]
    }

    /// All followers of an account.
    #[must_use]
    pub fn follower_count(&self, account: usize) -> u64 {
        (self.followers[account].len() + self.outside_followers[account].len()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_out_leaves_no_loose_end() {
        let mut graph = Graph::default();
        (0..4).for_each(|_| graph.add_account());
        assert!(graph.follow(0, 1) && graph.follow(2, 1) && graph.follow(1, 3) && graph.follow_from_outside(9, 1));
        assert!(!graph.follow(0, 1) && !graph.follow(1, 1));
        assert_eq!(graph.follower_count(1), 3);
        assert!(graph.follow(3, 2));
        let taken = graph.take_out(&[1, 3]);
        let first = Ties {
            followers: vec![0, 2],
            following: vec![3],
            outside_followers: vec![9],
        };
        // Whoever has gone before follows nobody any more.
        let second = Ties {
            following: vec![2],
            ..Ties::default()
        };
        assert_eq!(taken, [first, second]);
        assert!(graph.followers(2).is_empty() && graph.following(2).is_empty());
        assert!(graph.following(0).is_empty() && graph.followers(3).is_empty() && graph.follower_count(1) == 0);
    }
}
