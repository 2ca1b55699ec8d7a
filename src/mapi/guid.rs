//! GUIDs as MAPI stores them: the first three fields little endian.

use std::fmt;

/// A GUID in storage order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guid(pub [u8; 16]);

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = u128::from_le_bytes(self.0);
        let (first, second, third) = (value & 0xFFFF_FFFF, value >> 32 & 0xFFFF, value >> 48 & 0xFFFF);
        let rest = value.swap_bytes() & 0xFFFF_FFFF_FFFF_FFFF;
        write!(f, "{first:08x}-{second:04x}-{third:04x}-{:04x}-{:012x}", rest >> 48, rest & 0xFFFF_FFFF_FFFF)
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_registry_form() {
        let iid_imessage = Guid([0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46]);
        assert_eq!(iid_imessage.to_string(), "00020307-0000-0000-c000-000000000046");
    }
}
