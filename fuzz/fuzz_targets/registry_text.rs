#![no_main]

imcscan_fuzz::target!("registry_text");
