//! An ordered multimap of header fields, kept in one arena so that filling, copying and
//! clearing it allocates nothing once it has grown to its usual size.

use crate::abi::Status;

/// Header fields in order; names are lower case, pseudo-headers included.
#[derive(Debug, Default)]
pub struct HeaderMap {
    text: Vec<u8>,
    fields: Vec<Field>,
    /// Bytes of `text` that no field refers to any more.
    wasted: usize,
    /// Whether anything was changed since [`HeaderMap::mark`].
    edited: bool,
}

#[derive(Clone, Copy, Debug)]
struct Field {
    /// Of the name: what most names can be told apart by, without a look at the text.
    tag: Tag,
    name: Span,
    value: Span,
}

/// Length, first and last byte of a name, whatever its case. Names of one tag are compared;
/// names of different tags differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tag(u32);

impl Tag {
    /// Sets the bit by which small letters differ from capital ones.
    const CASELESS: u8 = 0x20;

    #[inline]
    fn of(name: &[u8]) -> Self {
        let ends = match name {
            [first, .., last] => [*first, *last],
            [only] => [*only, *only],
            [] => [0, 0],
        };
        let [first, last] = ends.map(|byte| u32::from(byte | Self::CASELESS));
        // Lengths over 16 bits fold, which costs a comparison and no more.
        Self(((name.len() as u32) << 16) ^ (first << 8) ^ last)
    }
}

#[derive(Clone, Copy, Debug)]
struct Span {
    at: u32,
    length: u32,
}

impl Span {
    #[inline]
    fn of(self, text: &[u8]) -> &[u8] {
        &text[self.at as usize..][..self.length as usize]
    }
}

/// Where a name stands in a map, until the map is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    first: usize,
    values: usize,
    bytes: usize,
}

impl Found {
    /// Bytes of all values with separators of `separator` bytes between them.
    #[inline]
    pub fn joined_size(self, separator: usize) -> usize {
        self.bytes + (self.values - 1) * separator
    }
}

impl HeaderMap {
    /// The most fields that one map may hold.
    pub const MAX_FIELDS: usize = 1_024;
    /// The most bytes that one map may hold.
    pub const MAX_BYTES: usize = 1 << 20;

    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of fields.
    #[inline]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Forgets the fields and keeps the room.
    pub fn clear(&mut self) {
        self.text.clear();
        self.fields.clear();
        self.wasted = 0;
        self.edited = true;
    }

    /// Begins to watch for changes.
    #[inline]
    pub fn mark(&mut self) {
        self.edited = false;
    }

    /// Whether anything was changed since [`HeaderMap::mark`], or may have been.
    #[inline]
    pub fn is_edited(&self) -> bool {
        self.edited
    }

    /// Names and values in order.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields
            .iter()
            .map(|field| (field.name.of(&self.text), field.value.of(&self.text)))
    }

    /// The values of `name` in order; case does not matter.
    #[inline]
    pub fn values<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let tag = Tag::of(name);
        self.fields
            .iter()
            .filter(move |field| field.tag == tag && self.is_named(field, name))
            .map(|field| field.value.of(&self.text))
    }

    /// The first value of `name`.
    #[inline]
    pub fn get(&self, name: &[u8]) -> Option<&[u8]> {
        let first = self.first(name)?;
        Some(self.fields[first].value.of(&self.text))
    }

    /// Where `name` stands and how many bytes its values have.
    #[inline]
    pub fn find(&self, name: &[u8]) -> Option<Found> {
        let first = self.first(name)?;
        let tag = self.fields[first].tag;
        let mut found = Found {
            first,
            values: 1,
            bytes: self.fields[first].value.length as usize,
        };
        for field in &self.fields[first + 1..] {
            if field.tag == tag && self.is_named(field, name) {
                found.values += 1;
                found.bytes += field.value.length as usize;
            }
        }
        Some(found)
    }

    /// Writes the values that [`HeaderMap::find`] found into `out`, `separator` between
    /// them; `out` must have [`Found::joined_size`] bytes.
    #[inline]
    pub fn join(&self, found: Found, separator: &[u8], out: &mut [u8]) {
        let Some(first) = self.fields.get(found.first) else {
            return;
        };
        let value = first.value.of(&self.text);
        if found.values == 1 {
            if out.len() == value.len() {
                out.copy_from_slice(value);
            }
            return;
        }
        let mut rest = out;
        let mut put = |bytes: &[u8]| {
            let (place, after) = std::mem::take(&mut rest).split_at_mut(bytes.len());
            place.copy_from_slice(bytes);
            rest = after;
        };
        put(value);
        let name = first.name.of(&self.text);
        for field in &self.fields[found.first + 1..] {
            if field.tag == first.tag && self.is_named(field, name) {
                put(separator);
                put(field.value.of(&self.text));
            }
        }
    }

    /// Adds a field at the end.
    ///
    /// # Errors
    /// [`Status::BadArgument`] when the map would exceed its limits.
    pub fn add(&mut self, name: &[u8], value: &[u8]) -> Result<(), Status> {
        let at = self.text.len();
        self.add_lower(name, value)?;
        self.text[at..at + name.len()].make_ascii_lowercase();
        Ok(())
    }

    /// [`HeaderMap::add`] for a name that is in lower case already, as HTTP libraries keep
    /// them.
    ///
    /// # Errors
    /// As [`HeaderMap::add`].
    #[inline]
    pub fn add_lower(&mut self, name: &[u8], value: &[u8]) -> Result<(), Status> {
        if self.fields.len() == Self::MAX_FIELDS || !self.has_room(name.len() + value.len()) {
            return Err(Status::BadArgument);
        }
        self.edited = true;
        let tag = Tag::of(name);
        let name = self.push(name);
        let value = self.push(value);
        self.fields.push(Field { tag, name, value });
        Ok(())
    }

    /// Makes `value` the only value of `name`: in the place of its first field, else at the
    /// end.
    ///
    /// # Errors
    /// [`Status::BadArgument`] when the map would exceed its limits.
    pub fn set(&mut self, name: &[u8], value: &[u8]) -> Result<(), Status> {
        let Some(first) = self.first(name) else {
            return self.add(name, value);
        };
        if !self.has_room(value.len()) {
            return Err(Status::BadArgument);
        }
        self.edited = true;
        self.remove_from(first + 1, name);
        let old = self.fields[first].value;
        self.fields[first].value = if value.len() <= old.length as usize {
            self.text[old.at as usize..][..value.len()].copy_from_slice(value);
            self.wasted += old.length as usize - value.len();
            Span {
                at: old.at,
                length: value.len() as u32,
            }
        } else {
            self.wasted += old.length as usize;
            self.push(value)
        };
        self.compact();
        Ok(())
    }

    /// Removes every field of `name`; answers whether there was one.
    pub fn remove(&mut self, name: &[u8]) -> bool {
        let before = self.fields.len();
        self.remove_from(0, name);
        self.compact();
        let removed = self.fields.len() != before;
        self.edited |= removed;
        removed
    }

    /// Becomes a copy of `other`, in the room that is already here.
    pub fn copy_from(&mut self, other: &HeaderMap) {
        self.text.clone_from(&other.text);
        self.fields.clone_from(&other.fields);
        self.wasted = other.wasted;
        self.edited = true;
    }

    /// Bytes of all names and values.
    pub fn text_bytes(&self) -> usize {
        self.text.len() - self.wasted
    }

    /// Index of the first field of `name`.
    #[inline]
    fn first(&self, name: &[u8]) -> Option<usize> {
        let tag = Tag::of(name);
        self.fields
            .iter()
            .position(|field| field.tag == tag && self.is_named(field, name))
    }

    /// Whether a field whose tag fits has this name.
    #[inline]
    fn is_named(&self, field: &Field, name: &[u8]) -> bool {
        // Guests mostly ask in lower case, as names are kept.
        let kept = field.name.of(&self.text);
        kept == name || kept.eq_ignore_ascii_case(name)
    }

    fn has_room(&self, more: usize) -> bool {
        self.text_bytes().saturating_add(more) <= Self::MAX_BYTES
    }

    fn push(&mut self, value: &[u8]) -> Span {
        let at = self.text.len() as u32;
        self.text.extend_from_slice(value);
        Span {
            at,
            length: value.len() as u32,
        }
    }

    fn remove_from(&mut self, start: usize, name: &[u8]) {
        let tag = Tag::of(name);
        let mut at = start;
        while at < self.fields.len() {
            let field = self.fields[at];
            if field.tag == tag && self.is_named(&field, name) {
                self.wasted += (field.name.length + field.value.length) as usize;
                self.fields.remove(at);
            } else {
                at += 1;
            }
        }
    }

    /// Rewrites the arena when most of it is waste, so that edits cannot grow it for ever.
    fn compact(&mut self) {
        if self.wasted < 4096 || self.wasted * 2 < self.text.len() {
            return;
        }
        let mut text = Vec::with_capacity(self.text_bytes());
        for field in &mut self.fields {
            for span in [&mut field.name, &mut field.value] {
                let bytes = span.of(&self.text);
                span.at = text.len() as u32;
                text.extend_from_slice(bytes);
            }
        }
        self.text = text;
        self.wasted = 0;
    }
}

impl Clone for HeaderMap {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            fields: self.fields.clone(),
            wasted: self.wasted,
            edited: self.edited,
        }
    }

    fn clone_from(&mut self, source: &Self) {
        self.copy_from(source);
    }
}

impl PartialEq for HeaderMap {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for HeaderMap {}

/// Collects fields; those beyond the limits are left out.
impl<N: AsRef<[u8]>, V: AsRef<[u8]>> FromIterator<(N, V)> for HeaderMap {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        let mut map = Self::new();
        for (name, value) in fields {
            if map.add(name.as_ref(), value.as_ref()).is_err() {
                break;
            }
        }
        map
    }
}

#[cfg(test)]
mod tests;
