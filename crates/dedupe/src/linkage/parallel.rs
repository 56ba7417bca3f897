//! The same work on every item of a slice, in all threads; answers in the order of the items.

/// What `work` says of each item.
pub(super) fn mapped<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let size = items.len().div_ceil(threads.max(1)).max(1024);
    let work = &work;
    std::thread::scope(|scope| {
        let parts: Vec<_> = items
            .chunks(size)
            .map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<R>>()))
            .collect();
        let mut answers = Vec::with_capacity(items.len());
        for part in parts {
            match part.join() {
                Ok(some) => answers.extend(some),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        answers
    })
}
