//! A reverse proxy that runs Proxy-Wasm filters, and the load to measure it with.
