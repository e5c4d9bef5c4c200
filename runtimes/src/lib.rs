//! Catalogue of runtimes: id to engine, with availability
