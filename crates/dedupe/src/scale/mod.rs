//! What lets a table be larger than the memory: records that are sorted on disk past a limit ([`Sorter`]), and work that is done
//! in several threads and taken in its order ([`in_order`]).

mod in_order;
mod memory;
mod sorter;

pub(crate) use in_order::in_order;
pub(crate) use memory::Memory;
pub(crate) use sorter::{Sorted, Sorter};
