#![no_main]

imcscan_fuzz::target!("lists_forged");
