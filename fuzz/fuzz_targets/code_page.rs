#![no_main]

imcscan_fuzz::target!("code_page");
