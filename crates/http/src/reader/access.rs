//! Walks through objects and lists, keeping track of where the reader is.

use std::cell::RefCell;

use serde::de::value::StringDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess};
use serde_json::Value;

use super::complaint::Complaint;
use super::{Path, Reader, Source};

/// The fields of an object.
pub(super) struct Fields<'a> {
    pub(super) rest: serde_json::map::IntoIter,
    pub(super) next: Option<(String, Value)>,
    pub(super) source: Source,
    pub(super) path: &'a Path<'a>,
    pub(super) ignored: &'a RefCell<Vec<String>>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Complaint;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Complaint> {
        self.next = self.rest.next();
        let Some((name, _)) = &self.next else {
            return Ok(None);
        };
        let name: StringDeserializer<Complaint> = name.clone().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Complaint> {
        let (name, value) = self
            .next
            .take()
            .expect("a value is asked for after its name");
        let reader = Reader {
            value,
            source: self.source,
            path: &Path::Name(self.path, &name),
            ignored: self.ignored,
        };
        seed.deserialize(reader).map_err(|e| e.below(&name))
    }
}

/// The items of a list.
pub(super) struct Items<'a> {
    pub(super) rest: std::iter::Enumerate<std::vec::IntoIter<Value>>,
    pub(super) source: Source,
    pub(super) path: &'a Path<'a>,
    pub(super) ignored: &'a RefCell<Vec<String>>,
}

impl<'de> SeqAccess<'de> for &mut Items<'_> {
    type Error = Complaint;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Complaint> {
        let Some((index, value)) = self.rest.next() else {
            return Ok(None);
        };
        let reader = Reader {
            value,
            source: self.source,
            path: &Path::Index(self.path, index),
            ignored: self.ignored,
        };
        let item = seed.deserialize(reader);
        item.map(Some).map_err(|e| e.below(&format!("[{index}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}
