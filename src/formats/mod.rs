//! What bytes say, format by format. Pure: each reader takes bytes and limits and returns a value with its anomalies. Knows no Exchange.

pub mod tnef;
