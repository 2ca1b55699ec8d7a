#![no_main]

imcscan_fuzz::target!("packing_list");
