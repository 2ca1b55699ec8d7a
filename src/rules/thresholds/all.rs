//! The table of all thresholds.

use crate::diagnostics::Threshold;

use super::{bld, cpy, dir, mim, msg_addresses, msg_reports, que, svc_access, svc_behaviour};

/// Every threshold, family by family.
pub static ALL: &[&[&Threshold]] =
    &[bld::ALL, cpy::ALL, dir::ALL, mim::ALL, msg_addresses::ALL, msg_reports::ALL, que::ALL, svc_access::ALL, svc_behaviour::ALL];
