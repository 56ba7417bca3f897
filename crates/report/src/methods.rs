//! The methods named by the numbers, each told once and referred to by a label.

use std::collections::BTreeSet;

use crate::text::clean;

/// Methods in the order in which they were first met.
#[derive(Debug, Default)]
pub(crate) struct Methods(Vec<String>);

impl Methods {
    /// The number of a method, from 1; `None` where none is named.
    pub(crate) fn number(&mut self, method: &str) -> Option<usize> {
        let method = clean(method);
        if method.is_empty() {
            return None;
        }
        let known = self.0.iter().position(|other| *other == method);
        Some(known.map_or_else(
            || {
                self.0.push(method);
                self.0.len()
            },
            |index| index + 1,
        ))
    }

    /// The labels of methods, each once, in their order: `M1`, `M3`.
    pub(crate) fn labels<'a>(&mut self, methods: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let numbers: BTreeSet<usize> = methods.into_iter().filter_map(|method| self.number(method)).collect();
        numbers.into_iter().map(label).collect()
    }

    /// Every label with its method.
    pub(crate) fn all(&self) -> impl Iterator<Item = (String, &str)> {
        self.0
            .iter()
            .enumerate()
            .map(|(index, method)| (label(index + 1), method.as_str()))
    }
}

/// How a method is referred to.
pub(crate) fn label(number: usize) -> String {
    format!("M{number}")
}
