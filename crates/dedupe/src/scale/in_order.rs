//! Work in several threads, taken in the order in which it was given.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

/// What the threads share: the pieces that are left, and how far the results are taken.
struct Source<I> {
    pieces: I,
    given: usize,
    taken: usize,
    is_done: bool,
}

fn lock<I>(source: &Mutex<Source<I>>) -> MutexGuard<'_, Source<I>> {
    source.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the work of all threads when that of one panics: the others would wait for its result for ever.
struct Watch<'a, I>(&'a Mutex<Source<I>>, &'a Condvar);

impl<I> Drop for Watch<'_, I> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(self.0).is_done = true;
            self.1.notify_all();
        }
    }
}

/// Does `work` on every piece on `threads` threads and hands the results to `take` in the order of the pieces, which are made
/// one at a time. No more than twice as many pieces as there are threads are under way or wait to be taken.
///
/// # Errors
/// The first error of a piece, of its work or of `take`, in the order of the pieces.
pub(crate) fn in_order<P: Send, R: Send>(
    threads: usize,
    pieces: impl Iterator<Item = anyhow::Result<P>> + Send,
    work: impl Fn(P) -> anyhow::Result<R> + Sync,
    mut take: impl FnMut(R) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let most = 2 * threads.max(1);
    let source = Mutex::new(Source {
        pieces,
        given: 0,
        taken: 0,
        is_done: false,
    });
    let has_room = Condvar::new();
    let (results, finished) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            let (source, has_room, work, results) = (&source, &has_room, &work, results.clone());
            scope.spawn(move || {
                let _watch = Watch(source, has_room);
                loop {
                    let mut state = lock(source);
                    while !state.is_done && state.given >= state.taken + most {
                        state = has_room.wait(state).unwrap_or_else(PoisonError::into_inner);
                    }
                    if state.is_done {
                        return;
                    }
                    let Some(piece) = state.pieces.next() else {
                        state.is_done = true;
                        has_room.notify_all();
                        return;
                    };
                    let number = state.given;
                    state.given += 1;
                    // Nothing that comes after an error is asked for.
                    state.is_done = piece.is_err();
                    drop(state);
                    if results.send((number, piece.and_then(work))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(results);
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        for (number, result) in finished {
            waiting.insert(number, result);
            while let Some(result) = waiting.remove(&next) {
                if let Err(error) = result.and_then(&mut take) {
                    lock(&source).is_done = true;
                    has_room.notify_all();
                    return Err(error);
                }
                next += 1;
                lock(&source).taken = next;
                has_room.notify_all();
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn results_come_in_the_order_of_the_pieces() {
        for threads in 1..4 {
            let mut taken = Vec::new();
            let double = |n: u64| {
                std::thread::sleep(std::time::Duration::from_millis(n % 3));
                Ok(2 * n)
            };
            in_order(threads, (0..50).map(Ok), double, |n| {
                taken.push(n);
                Ok(())
            })
            .unwrap();
            assert!(taken.iter().copied().eq((0..50).map(|n| 2 * n)));
        }
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn a_panic_ends_it() {
        let work = |n: u64| if n == 3 { panic!("piece {n}") } else { Ok(n) };
        let _ = in_order(2, (0..50).map(Ok), work, |_| Ok(()));
    }

    #[test]
    fn the_first_error_ends_it() {
        let mut taken = 0;
        let fail = |n: u64| if n % 10 == 7 { anyhow::bail!("piece {n}") } else { Ok(n) };
        let error = in_order(3, (0..50).map(Ok), fail, |_| {
            taken += 1;
            Ok(())
        });
        assert_eq!((error.unwrap_err().to_string().as_str(), taken), ("piece 7", 7));
        let refuse = |n: u64| if n == 3 { anyhow::bail!("taken") } else { Ok(()) };
        assert!(in_order(2, (0..50).map(Ok), Ok, refuse).is_err());
        let broken = (0..5).map(|n: u64| if n == 2 { anyhow::bail!("broken") } else { Ok(n) });
        assert_eq!(in_order(2, broken, Ok, |_| Ok(())).unwrap_err().to_string(), "broken");
    }
}
