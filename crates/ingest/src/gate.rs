//! How much may be under way: so many blocks of the source whose turn it is, and so many of all others. Sources are read side by side
//! but written in order; whoever is ahead must not take the room of the one that all wait for.

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
    /// What is under way, by source.
    under_way: BTreeMap<usize, usize>,
    closed: bool,
}

impl State {
    fn of(&self, source: usize) -> usize {
        self.under_way.get(&source).copied().unwrap_or(0)
    }
}

impl Gate {
    /// A gate with room for so many blocks, of the source whose turn it is and of those to come.
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

    /// Waits until there is room for one more of a source; `false` when the gate is closed.
    pub fn enter(&self, source: usize) -> bool {
        let mut state = self.lock();
        loop {
            if state.closed {
                return false;
            }
            let room = if source == state.turn {
                state.of(source) < self.room
            } else {
                state.under_way.values().sum::<usize>() - state.of(state.turn) < self.room_ahead
            };
            if room {
                *state.under_way.entry(source).or_insert(0) += 1;
                return true;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// One of a source is done with.
    pub fn leave(&self, source: usize) {
        let mut state = self.lock();
        if let Some(held) = state.under_way.get_mut(&source) {
            *held -= 1;
            if *held == 0 {
                state.under_way.remove(&source);
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
        let gate = Gate::new(2, 1);
        assert!(gate.enter(7), "ahead");
        thread::scope(|scope| {
            let (tell, told) = channel();
            let gate = &gate;
            scope.spawn(move || tell.send(gate.enter(8)));
            assert!(gate.enter(0) && gate.enter(0), "the room of the turn is free");
            // Nothing arrives while the room ahead is taken.
            assert!(told.recv_timeout(Duration::from_millis(20)).is_err());
            // The one ahead has its turn: what it holds counts as its own, and the room ahead is free.
            gate.leave(0);
            gate.leave(0);
            gate.turn_to(7);
            assert_eq!(told.recv(), Ok(true));
        });
    }

    #[test]
    fn a_closed_gate_lets_nobody_wait() {
        let gate = Gate::new(1, 1);
        assert!(gate.enter(0));
        thread::scope(|scope| {
            let waiter = scope.spawn(|| gate.enter(0));
            drop(gate.closing());
            assert!(!waiter.join().unwrap_or(true));
        });
    }
}
