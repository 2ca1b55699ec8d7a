#![no_main]

imcscan_fuzz::target!("rtf");
