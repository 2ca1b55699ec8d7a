#![no_main]

imcscan_fuzz::target!("embedded_files");
