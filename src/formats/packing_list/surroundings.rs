//! What the reader may ask about the folder that the list lies in. Whoever knows the folder answers; no disk is touched here.

/// What lies around a packing list.
pub trait Surroundings {
    /// Returns whether a path with `/`, letter case free, is a folder; none when nothing exists there.
    fn look_up(&self, path: &str) -> Option<bool>;
    /// Returns the folder of the queue that a section, key or folder of this name stands for.
    fn queue_folder(&self, name: &str) -> Option<&str>;
}
