#![no_main]

imcscan_fuzz::target!("file_name");
