//! Files that hold the long values of the directory export; the field keeps a pointer whose form is documented nowhere (0x8000009C).

use std::collections::HashSet;

use crate::formats::dapi_csv::SideFile;

use super::{Backup, CellText};

impl Backup {
    /// Returns the cells that point to a file which was not collected: by a mark in front of its name, or because the packing list names
    /// that file as well.
    #[must_use]
    pub fn lost_side_files(&self) -> Vec<(CellText<'_>, String)> {
        let name_of = |path: &str| path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let there: HashSet<String> = self.regular_files().map(|file| name_of(&file.path)).collect();
        let entries = self.packing_list.iter().flat_map(|source| &source.list.entries);
        let listed: HashSet<String> = entries.map(|entry| name_of(&entry.path)).collect();
        let mut lost = Vec::new();
        for cell in self.directory_cells() {
            let is_lost = |pointer: &SideFile<'_>| {
                let name = pointer.file_name().to_ascii_lowercase();
                !there.contains(&name) && (pointer.marked || listed.contains(&name))
            };
            let names: Vec<String> =
                cell.field.values.iter().filter_map(|value| SideFile::of(value).filter(is_lost)).map(|pointer| pointer.name.to_owned()).collect();
            lost.extend(names.into_iter().map(|name| (cell.clone(), name)));
        }
        lost
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::report_of_fixture;

    #[track_caller]
    fn check(fixture: &str, expected: &[&str]) {
        let report = report_of_fixture(fixture).unwrap();
        assert_eq!(report.backup.lost_side_files().into_iter().map(|(_, name)| name).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn marked_names_and_listed_ones_point_to_files() {
        let export = |value: &str| format!("//- Imcobj.csv\nObj-Class,Extension-Data\nMail-Gateway,{value}\n");
        check(&export("@A.BIN%=C:\\x\\B.BLT%=/o=A/cn=b.txt"), &["A.BIN", "C:\\x\\B.BLT"]);
        check(&format!("{}//- a.bin hex\n00\n", export("@A.BIN")), &[]);
        check(&export("A.BIN"), &[]);
        check(&format!("{}//- Imcfls\n[Files]\nFile1=Imcobj.csv\nFile2=A.BIN\n", export("A.BIN")), &["A.BIN"]);
    }
}
