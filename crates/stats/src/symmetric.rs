//! Small symmetric matrices: as many rows as a model has covariates.

/// A symmetric matrix, its lower triangle by rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Symmetric {
    pub(crate) lower: Vec<f64>,
    size: usize,
}

fn at(row: usize, column: usize) -> usize {
    let (row, column) = if row >= column { (row, column) } else { (column, row) };
    row * (row + 1) / 2 + column
}

impl Symmetric {
    pub(crate) fn zero(size: usize) -> Self {
        Symmetric {
            lower: vec![0.0; size * (size + 1) / 2],
            size,
        }
    }

    pub(crate) fn get(&self, row: usize, column: usize) -> f64 {
        self.lower[at(row, column)]
    }

    /// Adds `weight`·v vᵀ.
    // By index: zipped iterators take far longer in the profile in use.
    pub(crate) fn add_outer(&mut self, v: &[f64], weight: f64) {
        let mut start = 0;
        for row in 0..v.len() {
            let left = weight * v[row];
            let sums = &mut self.lower[start..start + row + 1];
            for column in 0..row + 1 {
                sums[column] += left * v[column];
            }
            start += row + 1;
        }
    }

    pub(crate) fn times(&self, v: &[f64]) -> Vec<f64> {
        (0..self.size)
            .map(|row| (0..self.size).map(|column| self.get(row, column) * v[column]).sum())
            .collect()
    }

    /// The factor L of L Lᵀ; the first row that adds nothing, where there is one.
    pub(crate) fn cholesky(&self) -> Result<Cholesky, usize> {
        let mut factor = vec![0.0; self.lower.len()];
        for row in 0..self.size {
            for column in 0..=row {
                let known: f64 = (0..column).map(|k| factor[at(row, k)] * factor[at(column, k)]).sum();
                let rest = self.lower[at(row, column)] - known;
                factor[at(row, column)] = if row == column {
                    // What is left of the diagonal is rounding error, or NaN.
                    if !(rest > 1e-11 * self.lower[at(row, row)] && rest.is_finite()) {
                        return Err(row);
                    }
                    rest.sqrt()
                } else {
                    rest / factor[at(column, column)]
                };
            }
        }
        Ok(Cholesky {
            factor,
            size: self.size,
        })
    }
}

/// The Cholesky factor of a positive definite matrix.
pub(crate) struct Cholesky {
    factor: Vec<f64>,
    size: usize,
}

impl Cholesky {
    /// The diagonal of the factor, all positive.
    pub(crate) fn diagonal(&self) -> Vec<f64> {
        (0..self.size).map(|row| self.factor[at(row, row)]).collect()
    }

    fn forward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for row in 0..self.size {
            let known: f64 = (0..row).map(|k| self.factor[at(row, k)] * x[k]).sum();
            x[row] = (x[row] - known) / self.factor[at(row, row)];
        }
        x
    }

    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = self.forward(b);
        for row in (0..self.size).rev() {
            let known: f64 = (row + 1..self.size).map(|k| self.factor[at(k, row)] * x[k]).sum();
            x[row] = (x[row] - known) / self.factor[at(row, row)];
        }
        x
    }

    /// bᵀ A⁻¹ b.
    pub(crate) fn quadratic(&self, b: &[f64]) -> f64 {
        self.forward(b).iter().map(|x| x * x).sum()
    }

    pub(crate) fn inverse(&self) -> Symmetric {
        let mut inverse = Symmetric::zero(self.size);
        for column in 0..self.size {
            let mut unit = vec![0.0; self.size];
            unit[column] = 1.0;
            for (row, value) in self.solve(&unit).into_iter().enumerate().skip(column) {
                inverse.lower[at(row, column)] = value;
            }
        }
        inverse
    }
}
