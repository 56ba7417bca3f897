//! What an archive holds.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use stage::Source;
use zip::{CompressionMethod, ZipArchive};

use super::part::{Archive, Packing, Part, Zipped};
use super::salvage::members;
use super::{Piece, Where};
use crate::container::{ALWAYS_UNPACKED, most_unpacked, within};

/// The pieces of an archive.
pub struct Listing<'s> {
    source: &'s Source,
    archive: Arc<Archive>,
    pub pieces: Vec<Piece>,
}

impl<'s> Listing<'s> {
    pub fn new(source: &'s Source, archive: Archive) -> Self {
        Self {
            source,
            archive: Arc::new(archive),
            pieces: Vec::new(),
        }
    }

    fn add(&mut self, path: &str, bytes: Option<u64>, place: Where) {
        // As in folders, what is hidden is left out; so is what one system's packer adds about the files.
        let mut parts: Vec<&str> = path
            .split(['/', '\\'])
            .filter(|part| !matches!(*part, "" | "." | ".."))
            .collect();
        if parts.iter().any(|part| part.starts_with('.') || *part == "__MACOSX") {
            return;
        }
        if parts.is_empty() {
            parts.push("unnamed");
        }
        let path = parts.join("/");
        self.pieces.push(Piece {
            name: format!("{}/{path}", self.source.name),
            shown: format!("'{path}' in {}", self.source.display()),
            asked_for: false,
            bytes,
            allowance: 0,
            place,
        });
    }

    fn broken(&mut self, why: &str) {
        self.pieces.push(Piece::broken(self.source, why));
    }

    /// Says why the archive could not be read to its end, unless that is known already.
    pub fn broken_by(&mut self, copied: io::Result<u64>) {
        let known = self.pieces.iter().any(|piece| matches!(piece.place, Where::Broken(_)));
        if let Err(error) = copied
            && !known
        {
            self.broken(&error.to_string());
        }
    }

    /// What is always allowed is allowed to the files of an archive together.
    fn share_allowance(&mut self) {
        let each = ALWAYS_UNPACKED / self.pieces.len().max(1) as u64;
        for piece in &mut self.pieces {
            piece.allowance = each;
        }
    }

    pub fn zip(&mut self, file: File) {
        let stored = file.metadata().map_or(0, |metadata| metadata.len());
        let mut zip = match file.try_clone().map_err(Into::into).and_then(ZipArchive::new) {
            Ok(zip) => zip,
            Err(error) => return self.salvage(&file, stored, &error.to_string()),
        };
        // The library keeps the last file of a name.
        let lost = directory_entries(file, zip.central_directory_start()).saturating_sub(zip.len());
        if lost > 0 {
            self.broken(&format!(
                "{lost} of its files have the name of another, which alone can be read"
            ));
        }
        let mut unpacked = 0_u64;
        for index in 0..zip.len() {
            let entry = match zip.by_index_raw(index) {
                Ok(entry) => entry,
                Err(error) => {
                    self.broken(&error.to_string());
                    continue;
                }
            };
            if entry.is_dir() {
                continue;
            }
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            let method = entry.compression();
            let packing = packing(method);
            let place = if !entry.is_file() {
                Where::Left
            } else if entry.encrypted() {
                Where::Broken("it is encrypted".to_owned())
            } else if let (Some(packing), Some(from)) = (packing, entry.data_start()) {
                unpacked = unpacked.saturating_add(entry.size());
                Where::Part(Part {
                    archive: Arc::clone(&self.archive),
                    from,
                    length: entry.compressed_size(),
                    zipped: Some(Zipped {
                        packing,
                        sum: entry.crc32(),
                        size: entry.size(),
                    }),
                })
            } else if packing.is_none() {
                Where::Broken(format!("it is packed with {method}, which is not unpacked here"))
            } else {
                Where::Broken("the archive does not say where it begins".to_owned())
            };
            let bytes = entry.size();
            drop(entry);
            self.add(&name, Some(bytes), place);
        }
        // The sizes that the archive tells are what its files are held to.
        if let Err(error) = within(unpacked, stored, ALWAYS_UNPACKED) {
            self.pieces.clear();
            return self.broken(&error.to_string());
        }
        self.refuse_overlaps();
        self.share_allowance();
    }

    /// The files of a zip of which the directory at its end is lost: it was cut off, as a rule.
    fn salvage(&mut self, file: &File, stored: u64, why: &str) {
        let members = members(file, stored);
        let files = members.len();
        let mut unpacked = 0_u64;
        for member in members {
            let packing = packing_of(member.method);
            let place = match packing {
                _ if member.encrypted => Where::Broken("it is encrypted".to_owned()),
                None => Where::Broken(format!(
                    "it is packed with method {}, which is not unpacked here",
                    member.method
                )),
                Some(packing) => {
                    // What does not say its size may be as large as what it is stored in allows.
                    let size = member.size.unwrap_or_else(|| most_unpacked(member.length));
                    unpacked = unpacked.saturating_add(member.size.unwrap_or(0));
                    Where::Part(Part {
                        archive: Arc::clone(&self.archive),
                        from: member.from,
                        length: member.length,
                        zipped: Some(Zipped {
                            packing,
                            sum: member.sum,
                            size,
                        }),
                    })
                }
            };
            self.add(&member.name, member.size, place);
        }
        if let Err(error) = within(unpacked, stored, ALWAYS_UNPACKED) {
            self.pieces.clear();
            return self.broken(&error.to_string());
        }
        self.share_allowance();
        self.broken(&match files {
            0 => why.to_owned(),
            1 => format!("{why}; the one file that it still holds is read as far as it goes"),
            _ => format!("{why}; the {files} files that it still holds are read as far as they go"),
        });
    }

    /// Files that share stored bytes are a bomb's.
    fn refuse_overlaps(&mut self) {
        let mut stretches: Vec<(u64, u64, usize)> = Vec::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            if let Where::Part(part) = &piece.place {
                stretches.push((part.from, part.from.saturating_add(part.length), index));
            }
        }
        stretches.sort_unstable();
        let mut end = 0;
        for (from, to, index) in stretches {
            if from < end && to > from {
                self.pieces[index].place = Where::Broken("it overlaps with another file of the archive".to_owned());
            }
            end = end.max(to);
        }
    }

    pub fn tar(&mut self, file: &File) {
        let mut tar = tar::Archive::new(file);
        match tar.entries_with_seek() {
            Ok(entries) => {
                for entry in entries {
                    match entry {
                        Ok(entry) => self.tar_entry(entry),
                        Err(error) => {
                            self.broken(&error.to_string());
                            break;
                        }
                    }
                }
            }
            Err(error) => self.broken(&error.to_string()),
        }
        self.share_allowance();
    }

    fn tar_entry(&mut self, mut entry: tar::Entry<'_, &File>) {
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            return;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let extensions = entry.pax_extensions().ok().flatten();
        let sparse = kind.is_gnu_sparse()
            || extensions
                .is_some_and(|mut all| all.any(|one| one.is_ok_and(|one| one.key_bytes().starts_with(b"GNU.sparse."))));
        let size = entry.size();
        let place = if sparse {
            Where::Broken("it is stored with holes (a sparse file), which are not unpacked here".to_owned())
        } else if kind.is_file() || kind.is_contiguous() {
            Where::Part(Part {
                archive: Arc::clone(&self.archive),
                from: entry.raw_file_position(),
                length: size,
                zipped: None,
            })
        } else {
            Where::Left
        };
        self.add(&name, Some(size), place);
    }
}

/// How many files a zip's directory lists.
fn directory_entries(mut file: File, from: u64) -> usize {
    let mut entries = 0;
    if file.seek(SeekFrom::Start(from)).is_err() {
        return entries;
    }
    let mut directory = BufReader::new(file);
    let mut fixed = [0; 46];
    while directory.read_exact(&mut fixed).is_ok() && fixed.starts_with(b"PK\x01\x02") {
        entries += 1;
        // The lengths of name, extra field and comment.
        let length = [28, 30, 32].map(|at| i64::from(u16::from_le_bytes([fixed[at], fixed[at + 1]])));
        if directory.seek_relative(length.iter().sum()).is_err() {
            break;
        }
    }
    entries
}

/// How a file is packed, by its number in a zip (APPNOTE.TXT 4.4.5).
const fn packing_of(method: u16) -> Option<Packing> {
    Some(match method {
        0 => Packing::Stored,
        8 => Packing::Deflate,
        9 => Packing::Deflate64,
        12 => Packing::Bzip2,
        93 => Packing::Zstd,
        95 => Packing::Xz,
        _ => return None,
    })
}

fn packing(method: CompressionMethod) -> Option<Packing> {
    Some(match method {
        CompressionMethod::STORE => Packing::Stored,
        CompressionMethod::DEFLATE => Packing::Deflate,
        CompressionMethod::DEFLATE64 => Packing::Deflate64,
        CompressionMethod::BZIP2 => Packing::Bzip2,
        CompressionMethod::ZSTD => Packing::Zstd,
        CompressionMethod::XZ => Packing::Xz,
        _ => return None,
    })
}
