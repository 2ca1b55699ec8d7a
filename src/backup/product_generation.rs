//! Whether the connector is 4.0, 5.x or 5.5, as far as a build or the presence of registry values tells (conventions: product generation).
//! Deliberately absent: guesses from anything else.

use super::{
    Backup, ProductLine,
    version::{Generation, registry_generation},
};

impl Backup {
    /// Returns whether the connector is 5.0 or 5.5; none when nothing tells.
    #[must_use]
    pub fn is_5x(&self) -> Option<bool> {
        let by_values = || self.generation_by_values().map(|_| true);
        self.product_line().map(|line| line != ProductLine::V4_0).or_else(by_values)
    }

    /// Returns whether the connector is 5.5; none when nothing tells, or only that it is 5.x.
    #[must_use]
    pub fn is_5_5(&self) -> Option<bool> {
        let by_values = || self.generation_by_values().filter(|generation| *generation == Generation::V5_5).map(|_| true);
        self.product_line().map(|line| line == ProductLine::V5_5).or_else(by_values)
    }

    fn product_line(&self) -> Option<ProductLine> {
        self.version.as_ref().and_then(|version| version.line)
    }

    fn generation_by_values(&self) -> Option<Generation> {
        let parameters = self.service.as_ref()?.values_of("Parameters");
        let names: Vec<&str> = parameters.iter().map(|value| value.value.name.as_str()).collect();
        registry_generation(&names).map(|(generation, _)| generation)
    }
}
