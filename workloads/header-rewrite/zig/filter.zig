//! header-rewrite with its default rules in Zig, on the bare ABI.

const std = @import("std");
const host = @import("host.zig");
const rules = @import("rules.zig");

const allocator = host.allocator;

/// The request's path of every stream: rules on the response may ask for it when the
/// request's headers are out of reach.
var paths: std.AutoHashMapUnmanaged(u32, []u8) = .empty;

fn holds(when: rules.Condition, headers: host.Headers, path: []const u8) bool {
    switch (when) {
        .always => return true,
        .path => |is| return is.passes(path),
        .header => |header| {
            const value = headers.get(header.name) orelse return false;
            defer allocator.free(value);
            return header.is.passes(value);
        },
    }
}

fn append(headers: host.Headers, name: []const u8, addition: []const u8) !void {
    const before = headers.get(name) orelse return headers.set(name, addition);
    defer allocator.free(before);
    if (before.len == 0) return headers.set(name, addition);
    const whole = try std.mem.concat(allocator, u8, &.{ before, ", ", addition });
    defer allocator.free(whole);
    headers.set(name, whole);
}

fn writeToLog(headers: host.Headers, message: []const u8) !void {
    var pairs = headers.pairs() orelse return;
    defer pairs.deinit();
    while (pairs.next()) |header| {
        const line = try std.mem.concat(allocator, u8, &.{ message, " ", header.name, ": ", header.value });
        defer allocator.free(line);
        host.logDebug(line);
    }
}

fn apply(list: []const rules.Rule, headers: host.Headers, message: []const u8, path: []const u8) !void {
    for (list) |rule| {
        if (!holds(rule.when, headers, path)) continue;
        switch (rule.do) {
            .log => try writeToLog(headers, message),
            .add => |pair| headers.add(pair.name, pair.value),
            .set => |pair| headers.set(pair.name, pair.value),
            .append => |pair| try append(headers, pair.name, pair.value),
            .remove => |name| headers.remove(name),
        }
    }
}

fn rewriteRequest(id: u32) !void {
    const target = host.Headers.get(.request, ":path") orelse &.{};
    defer allocator.free(target);
    const end = std.mem.indexOfScalar(u8, target, '?') orelse target.len;
    const path = try allocator.dupe(u8, target[0..end]);
    try paths.put(allocator, id, path);
    try apply(&rules.request, .request, "request", path);
}

export fn proxy_abi_version_0_2_1() void {}

export fn proxy_on_memory_allocate(size: usize) ?[*]u8 {
    const bytes = allocator.alloc(u8, size) catch return null;
    return bytes.ptr;
}

export fn proxy_on_vm_start(_: u32, _: u32) u32 {
    return 1;
}

export fn proxy_on_configure(_: u32, _: u32) u32 {
    return 1;
}

export fn proxy_on_context_create(_: u32, _: u32) void {}

export fn proxy_on_request_headers(id: u32, _: u32, _: u32) u32 {
    rewriteRequest(id) catch @trap();
    return 0;
}

export fn proxy_on_response_headers(id: u32, _: u32, _: u32) u32 {
    apply(&rules.response, .response, "response", paths.get(id) orelse &.{}) catch @trap();
    return 0;
}

export fn proxy_on_done(_: u32) u32 {
    return 1;
}

export fn proxy_on_log(_: u32) void {}

export fn proxy_on_delete(id: u32) void {
    const entry = paths.fetchRemove(id) orelse return;
    allocator.free(entry.value);
}
