#![no_main]

imcscan_fuzz::target!("text");
