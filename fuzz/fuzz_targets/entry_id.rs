#![no_main]

imcscan_fuzz::target!("entry_id");
