#![no_main]

imcscan_fuzz::target!("dapi_csv");
