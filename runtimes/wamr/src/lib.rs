//! WAMR behind the engine seam.
