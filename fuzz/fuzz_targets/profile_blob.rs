#![no_main]

imcscan_fuzz::target!("profile_blob");
