//! Small streams for the tests of this folder, put together field by field.

use super::checksum::checksum;

/// Puts a record together with its right checksum.
pub(super) fn record(level: u8, tag: u32, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap();
    [&[level][..], &tag.to_le_bytes(), &length.to_le_bytes(), data, &checksum(data).to_le_bytes()].concat()
}

/// Puts a stream together: signature, key, version, code page and then the given records.
pub(super) fn stream(code_page: u32, records: &[Vec<u8>]) -> Vec<u8> {
    let version = record(1, 0x0008_9006, &[0, 0, 1, 0]);
    let page = record(1, 0x0006_9007, &[code_page.to_le_bytes(), [0; 4]].concat());
    [&[0x78, 0x9F, 0x3E, 0x22, 7, 0][..], &version, &page, &records.concat()].concat()
}

/// Puts a property list together.
pub(super) fn list(properties: &[Vec<u8>]) -> Vec<u8> {
    [&u32::try_from(properties.len()).unwrap().to_le_bytes()[..], &properties.concat()].concat()
}

/// Puts a property of a variable type together.
pub(super) fn variable(tag: u32, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap();
    let pad = vec![0; value.len().wrapping_neg() % 4];
    [&tag.to_le_bytes()[..], &[1, 0, 0, 0], &length.to_le_bytes(), value, &pad].concat()
}

/// Puts a PT_LONG property together.
pub(super) fn long(tag: u32, value: i32) -> Vec<u8> {
    [tag.to_le_bytes(), value.to_le_bytes()].concat()
}

/// attAttachRenddata of a file.
pub(super) fn rend_data() -> Vec<u8> {
    record(2, 0x0006_9002, &[1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 32, 0, 32, 0, 0, 0, 0, 0])
}

/// attAttachment with the given properties.
pub(super) fn attachment(properties: &[Vec<u8>]) -> Vec<u8> {
    record(2, 0x0006_9005, &list(properties))
}

/// An attachment whose PT_OBJECT holds an embedded message.
pub(super) fn embedded(message: &[u8]) -> Vec<u8> {
    let object = [&IID_MESSAGE[..], message].concat();
    [rend_data(), attachment(&[long(0x3705_0003, 5), variable(0x3701_000D, &object)])].concat()
}

/// {00020307-0000-0000-C000-000000000046}.
pub(super) const IID_MESSAGE: [u8; 16] = [7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
