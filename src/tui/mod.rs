//! The terminal view: triage by browsing. Key -> [`Action`](action::Action) -> [`App::update`](app::App::update) -> [`draw`](draw::draw).
//!
//! It reads the same [`Report`](crate::report::Report) as every other face and knows no parser; a file is decoded again when it is opened.
//! Only `terminal` touches the terminal, threads and the clock; only `view` knows what the screens say.

pub mod action;
pub mod app;
pub mod bar;
pub mod content;
mod copying;
pub mod cursor;
pub mod draw;
pub mod filtering;
pub mod input;
mod jump;
pub mod keep;
pub mod keymap;
pub mod layout;
pub mod message_row;
mod moves;
pub mod opened;
pub mod overlay;
mod page;
pub mod plain;
pub mod proof;
pub mod reader;
pub mod row;
pub mod rows;
mod saving;
mod seeking;
mod sideways;
pub mod target;
pub mod terminal;
mod terminal_work;
pub mod theme;
mod typing;
pub mod view;
