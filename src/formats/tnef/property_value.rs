//! Values of one element: how many bytes a type takes in a property list, and what they mean ([MS-OXTNEF] 2.1.3.4).

use crate::mapi::{Guid, PropType, PropValue};

/// How the bytes of one element lie in a list.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Nothing,
    Fixed { value: usize, slot: usize },
    Variable,
}

impl Shape {
    pub(super) const PACKED: Self = Self::Fixed { value: 2, slot: 2 };

    pub(super) fn of(element: PropType) -> Option<Self> {
        let same = |size| Self::Fixed { value: size, slot: size };
        Some(match element {
            PropType::UNSPECIFIED | PropType::NULL => Self::Nothing,
            PropType::I2 | PropType::BOOLEAN => Self::Fixed { value: 2, slot: 4 },
            PropType::LONG | PropType::R4 | PropType::ERROR => same(4),
            PropType::R8 | PropType::CURRENCY | PropType::APPTIME | PropType::I8 | PropType::SYSTIME => same(8),
            PropType::CLSID => same(16),
            PropType::STRING8 | PropType::UNICODE | PropType::BINARY | PropType::OBJECT => Self::Variable,
            _ => return None,
        })
    }
}

/// Reads a value of a type of fixed width.
pub(super) fn fixed(element: PropType, bytes: &[u8]) -> Option<PropValue<'static>> {
    let (two, four, eight) = (bytes.first_chunk::<2>(), bytes.first_chunk::<4>(), bytes.first_chunk::<8>());
    Some(match element {
        PropType::I2 => PropValue::I2(i16::from_le_bytes(*two?)),
        PropType::BOOLEAN => PropValue::Boolean(u16::from_le_bytes(*two?) != 0),
        PropType::LONG => PropValue::Long(i32::from_le_bytes(*four?)),
        PropType::R4 => PropValue::R4(f32::from_le_bytes(*four?)),
        PropType::ERROR => PropValue::Error(u32::from_le_bytes(*four?)),
        PropType::R8 => PropValue::R8(f64::from_le_bytes(*eight?)),
        PropType::APPTIME => PropValue::AppTime(f64::from_le_bytes(*eight?)),
        PropType::CURRENCY => PropValue::Currency(i64::from_le_bytes(*eight?)),
        PropType::I8 => PropValue::I8(i64::from_le_bytes(*eight?)),
        PropType::SYSTIME => PropValue::SysTime(u64::from_le_bytes(*eight?)),
        PropType::CLSID => PropValue::Clsid(Guid(*bytes.first_chunk::<16>()?)),
        _ => return None,
    })
}

/// Returns the bytes that fill an item of `length` bytes up to a multiple of four.
pub(super) fn padding(length: usize) -> usize {
    length.wrapping_neg() % 4
}
