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

fn remove(list: &mut Vec<u32>, item: u32) {
    if let Ok(at) = list.binary_search(&item) {
        list.remove(at);
    }
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

    /// Takes an account out with all its edges, as the platform's counts do when an account is gone.
    /// Returns its inside followers, those it followed, and its outside followers.
    pub fn take_out(&mut self, account: u32) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
        let at = account as usize;
        let followers = std::mem::take(&mut self.followers[at]);
        let following = std::mem::take(&mut self.following[at]);
        for follower in &followers {
            remove(&mut self.following[*follower as usize], account);
        }
        for followed in &following {
            remove(&mut self.followers[*followed as usize], account);
        }
        (followers, following, std::mem::take(&mut self.outside_followers[at]))
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
        assert_eq!(graph.take_out(1), (vec![0, 2], vec![3], vec![9]));
        assert!(graph.following(0).is_empty() && graph.followers(3).is_empty() && graph.follower_count(1) == 0);
    }
}
