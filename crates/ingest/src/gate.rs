//! How much may be under way, in bytes: so much of the source whose turn it is, and so much of all others. Sources are read side by side
//! but written in order; whoever is ahead must not take the room of the one that all wait for.
//!
//! What is larger than all the room there is goes alone.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Lets blocks in as long as there is room.
#[derive(Debug)]
pub struct Gate {
    state: Mutex<State>,
    changed: Condvar,
    /// Room for the source whose turn it is.
    room: usize,
    /// Room for all sources whose turn is to come.
    room_ahead: usize,
}

#[derive(Debug, Default)]
struct State {
    /// The source whose turn it is.
    turn: usize,
    /// What there is of a source.
    held: BTreeMap<usize, Held>,
    closed: bool,
}

/// Bytes of a source.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    /// Of blocks that are under way.
    under_way: usize,
    /// Of a block that its reader gathers.
    gathered: usize,
}

impl State {
    fn of(&self, source: usize) -> Held {
        self.held.get(&source).copied().unwrap_or_default()
    }

    /// What takes up the room that a source shares, without what its reader gathers.
    fn others(&self, source: usize) -> usize {
        if source == self.turn {
            return self.of(source).under_way;
        }
        let ahead = self.held.iter().filter(|(other, _)| **other != self.turn);
        let all: usize = ahead.map(|(_, held)| held.under_way + held.gathered).sum();
        all - self.of(source).gathered
    }
}

impl Gate {
    /// A gate with room for so many bytes, of the source whose turn it is and of those to come.
    #[must_use]
    pub fn new(room: usize, room_ahead: usize) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            room,
            room_ahead,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is room for so many bytes of a source, or nothing else takes up any; then does something about them. `false`
    /// when the gate is closed.
    fn wait_for(&self, source: usize, bytes: usize, then: impl FnOnce(&mut Held)) -> bool {
        let mut state = self.lock();
        loop {
            if state.closed {
                return false;
            }
            let room = if source == state.turn {
                self.room
            } else {
                self.room_ahead
            };
            let others = state.others(source);
            if others == 0 || others + bytes <= room {
                then(state.held.entry(source).or_default());
                return true;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until there is room for a reader to hold so many bytes of what is not a block yet; `false` when the gate is closed.
    pub fn gather(&self, source: usize, bytes: usize) -> bool {
        self.wait_for(source, bytes, |held| held.gathered = bytes)
    }

    /// Waits until there is room for a block of so many bytes, which its reader holds no longer; `false` when the gate is closed.
    pub fn enter(&self, source: usize, bytes: usize) -> bool {
        self.wait_for(source, bytes, |held| {
            held.gathered = 0;
            held.under_way += bytes;
        })
    }

    /// A block of so many bytes is done with.
    pub fn leave(&self, source: usize, bytes: usize) {
        let mut state = self.lock();
        if let Some(held) = state.held.get_mut(&source) {
            held.under_way = held.under_way.saturating_sub(bytes);
            if held.under_way + held.gathered == 0 {
                state.held.remove(&source);
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    /// It is another source's turn.
    pub fn turn_to(&self, source: usize) {
        self.lock().turn = source;
        self.changed.notify_all();
    }

    /// Closes the gate when it goes, however that comes about: threads that wait at it would otherwise wait for ever.
    #[must_use]
    pub const fn closing(&self) -> ClosingGate<'_> {
        ClosingGate(self)
    }
}

/// Closes a gate when it goes.
#[derive(Debug)]
pub struct ClosingGate<'g>(&'g Gate);

impl Drop for ClosingGate<'_> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn whoever_is_ahead_does_not_take_the_room_of_the_one_whose_turn_it_is() {
        let gate = Gate::new(20, 10);
        assert!(gate.enter(7, 10), "ahead");
        thread::scope(|scope| {
            let (tell, told) = channel();
            let gate = &gate;
            scope.spawn(move || tell.send(gate.enter(8, 1)));
            assert!(gate.enter(0, 10) && gate.enter(0, 10), "the room of the turn is free");
            // Nothing arrives while the room ahead is taken.
            assert!(told.recv_timeout(Duration::from_millis(20)).is_err());
            // The one ahead has its turn: what it holds counts as its own, and the room ahead is free.
            gate.leave(0, 10);
            gate.leave(0, 10);
            gate.turn_to(7);
            assert_eq!(told.recv(), Ok(true));
        });
    }

    #[test]
    fn a_closed_gate_lets_nobody_wait() {
        let gate = Gate::new(1, 1);
        assert!(gate.enter(0, 1));
        thread::scope(|scope| {
            let waiter = scope.spawn(|| gate.enter(0, 1));
            drop(gate.closing());
            assert!(!waiter.join().unwrap_or(true));
        });
    }

    #[test]
    fn what_is_larger_than_the_room_goes_alone() {
        let gate = Gate::new(10, 10);
        assert!(gate.gather(0, 8) && gate.gather(0, 50), "nothing else is there");
        assert!(gate.enter(0, 50));
        assert!(gate.gather(1, 50), "nothing else is ahead");
        thread::scope(|scope| {
            let (tell, told) = channel();
            let (gate, other) = (&gate, tell.clone());
            scope.spawn(move || tell.send(gate.gather(0, 1)));
            scope.spawn(move || other.send(gate.gather(2, 1)));
            assert!(told.recv_timeout(Duration::from_millis(20)).is_err(), "both wait");
            gate.leave(0, 50);
            assert_eq!(told.recv(), Ok(true));
            // The large one ahead has its turn.
            gate.turn_to(1);
            assert_eq!(told.recv(), Ok(true));
        });
    }
}
