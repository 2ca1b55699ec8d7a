#![no_main]

imcscan_fuzz::target!("mts_id");
