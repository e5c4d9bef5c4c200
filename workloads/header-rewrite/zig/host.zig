//! What this filter needs of the Proxy-Wasm ABI 0.2.1, as slices.

const std = @import("std");

const Pointer = [*]const u8;
extern "env" fn proxy_log(level: i32, text: Pointer, size: usize) i32;
extern "env" fn proxy_get_header_map_pairs(map: i32, pairs: *?[*]u8, size: *usize) i32;
extern "env" fn proxy_get_header_map_value(map: i32, name: Pointer, name_size: usize, value: *?[*]u8, size: *usize) i32;
extern "env" fn proxy_add_header_map_value(map: i32, name: Pointer, name_size: usize, value: Pointer, size: usize) i32;
extern "env" fn proxy_replace_header_map_value(map: i32, name: Pointer, name_size: usize, value: Pointer, size: usize) i32;
extern "env" fn proxy_remove_header_map_value(map: i32, name: Pointer, name_size: usize) i32;

/// What the host puts into the guest comes out of here and must be freed here.
pub const allocator = std.heap.wasm_allocator;

pub fn logDebug(text: []const u8) void {
    _ = proxy_log(1, text.ptr, text.len);
}

pub const Headers = enum(i32) {
    request = 0,
    response = 2,

    /// The value, several of one name joined with ", "; the caller frees it.
    pub fn get(map: Headers, name: []const u8) ?[]u8 {
        var value: ?[*]u8 = null;
        var size: usize = 0;
        const status = proxy_get_header_map_value(@intFromEnum(map), name.ptr, name.len, &value, &size);
        return if (status == 0) slice(value, size) else null;
    }

    pub fn add(map: Headers, name: []const u8, value: []const u8) void {
        _ = proxy_add_header_map_value(@intFromEnum(map), name.ptr, name.len, value.ptr, value.len);
    }

    pub fn set(map: Headers, name: []const u8, value: []const u8) void {
        _ = proxy_replace_header_map_value(@intFromEnum(map), name.ptr, name.len, value.ptr, value.len);
    }

    pub fn remove(map: Headers, name: []const u8) void {
        _ = proxy_remove_header_map_value(@intFromEnum(map), name.ptr, name.len);
    }

    /// All headers in the host's layout; the caller frees them.
    pub fn pairs(map: Headers) ?Pairs {
        var bytes: ?[*]u8 = null;
        var size: usize = 0;
        const status = proxy_get_header_map_pairs(@intFromEnum(map), &bytes, &size);
        return if (status == 0 and size >= 4) Pairs.of(slice(bytes, size)) else null;
    }
};

/// The number of headers, the sizes of every name and value, then the bytes of each with a
/// zero behind it.
pub const Pairs = struct {
    bytes: []u8,
    count: u32,
    index: u32 = 0,
    text: usize,

    fn of(bytes: []u8) Pairs {
        const count = number(bytes, 0);
        return .{ .bytes = bytes, .count = count, .text = 4 + 8 * @as(usize, count) };
    }

    pub fn next(pairs: *Pairs) ?struct { name: []const u8, value: []const u8 } {
        if (pairs.index == pairs.count) return null;
        const sizes = 4 + 8 * @as(usize, pairs.index);
        const name = pairs.bytes[pairs.text..][0..number(pairs.bytes, sizes)];
        pairs.text += name.len + 1;
        const value = pairs.bytes[pairs.text..][0..number(pairs.bytes, sizes + 4)];
        pairs.text += value.len + 1;
        pairs.index += 1;
        return .{ .name = name, .value = value };
    }

    pub fn deinit(pairs: Pairs) void {
        allocator.free(pairs.bytes);
    }
};

fn slice(bytes: ?[*]u8, size: usize) []u8 {
    return if (bytes) |pointer| pointer[0..size] else &.{};
}

fn number(bytes: []const u8, at: usize) u32 {
    return std.mem.readInt(u32, bytes[at..][0..4], .little);
}
