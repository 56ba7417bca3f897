//! The queue that worker threads take from: groups of rows to encode come before blocks of records to parse, since they hold
//! more memory.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Work of two kinds, for any number of threads.
#[derive(Debug)]
pub struct Queue<First, Then> {
    waiting: Mutex<Waiting<First, Then>>,
    changed: Condvar,
}

#[derive(Debug)]
struct Waiting<First, Then> {
    first: VecDeque<First>,
    then: VecDeque<Then>,
    closed: bool,
}

/// A piece of work.
#[derive(Debug)]
pub enum Work<First, Then> {
    /// Of the kind that goes first.
    First(First),
    /// Of the other.
    Then(Then),
}

impl<First, Then> Default for Queue<First, Then> {
    fn default() -> Self {
        Self {
            waiting: Mutex::new(Waiting {
                first: VecDeque::new(),
                then: VecDeque::new(),
                closed: false,
            }),
            changed: Condvar::new(),
        }
    }
}

impl<First, Then> Queue<First, Then> {
    fn lock(&self) -> MutexGuard<'_, Waiting<First, Then>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds work that goes first.
    pub fn put_first(&self, work: First) {
        self.lock().first.push_back(work);
        self.changed.notify_one();
    }

    /// Adds other work.
    pub fn put(&self, work: Then) {
        self.lock().then.push_back(work);
        self.changed.notify_one();
    }

    /// Ends it: what waits is dropped, and nobody waits any more.
    pub fn close(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        waiting.first.clear();
        waiting.then.clear();
        drop(waiting);
        self.changed.notify_all();
    }

    /// The next piece of work; waits for one, and gives none when the queue is closed.
    pub fn take(&self) -> Option<Work<First, Then>> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some(work) = waiting.first.pop_front() {
                return Some(Work::First(work));
            }
            if let Some(work) = waiting.then.pop_front() {
                return Some(Work::Then(work));
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Closes a queue when it goes, however that comes about: threads that wait on it would otherwise wait for ever.
#[derive(Debug)]
pub struct Closing<'q, First, Then>(pub &'q Queue<First, Then>);

impl<First, Then> Drop for Closing<'_, First, Then> {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_kind_goes_first_and_a_closed_queue_gives_nothing() {
        let queue: Queue<u8, char> = Queue::default();
        queue.put('a');
        queue.put_first(1);
        queue.put('b');
        assert!(matches!(queue.take(), Some(Work::First(1))));
        assert!(matches!(queue.take(), Some(Work::Then('a'))));
        drop(Closing(&queue));
        assert!(queue.take().is_none(), "what waited is dropped");
    }

    #[test]
    fn who_waits_is_woken() {
        let queue: Queue<u8, u8> = Queue::default();
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| queue.take().is_some());
            queue.put(1);
            assert!(waiter.join().unwrap_or(false));
            let waiter = scope.spawn(|| queue.take().is_none());
            queue.close();
            assert!(waiter.join().unwrap_or(false));
        });
    }
}
