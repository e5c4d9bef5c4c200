//! The workload's default rules (../config.json), as a table.

const std = @import("std");

pub const Test = union(enum) {
    present,
    equals: []const u8,
    prefix: []const u8,
    contains: []const u8,

    pub fn passes(self: Test, value: []const u8) bool {
        return switch (self) {
            .present => true,
            .equals => |text| std.mem.eql(u8, value, text),
            .prefix => |text| std.mem.startsWith(u8, value, text),
            .contains => |text| std.mem.indexOf(u8, value, text) != null,
        };
    }
};

pub const Condition = union(enum) {
    always,
    path: Test,
    header: struct { name: []const u8, is: Test },
};

const Pair = struct { name: []const u8, value: []const u8 };

pub const Operation = union(enum) {
    log,
    add: Pair,
    set: Pair,
    append: Pair,
    remove: []const u8,
};

pub const Rule = struct { do: Operation, when: Condition = .always };

fn header(name: []const u8, is: Test) Condition {
    return .{ .header = .{ .name = name, .is = is } };
}

fn pair(name: []const u8, value: []const u8) Pair {
    return .{ .name = name, .value = value };
}

pub const request = [_]Rule{
    .{ .do = .log },
    .{ .do = .{ .remove = "x-internal-token" } },
    .{ .do = .{ .remove = "x-internal-user" } },
    .{ .do = .{ .remove = "x-internal-debug" } },
    .{ .do = .{ .add = pair("x-api", "1") }, .when = .{ .path = .{ .prefix = "/api/" } } },
    .{ .do = .{ .add = pair("x-audit", "1") }, .when = .{ .path = .{ .contains = "/admin" } } },
    .{ .do = .{ .set = pair("x-health-check", "1") }, .when = .{ .path = .{ .equals = "/healthz" } } },
    .{ .do = .{ .set = pair("x-bot", "1") }, .when = header("user-agent", .{ .contains = "bot" }) },
    .{ .do = .{ .set = pair("x-bot", "1") }, .when = header("user-agent", .{ .contains = "Bot" }) },
    .{ .do = .{ .set = pair("x-auth-kind", "bearer") }, .when = header("authorization", .{ .prefix = "Bearer " }) },
    .{ .do = .{ .set = pair("x-insecure", "1") }, .when = header("x-forwarded-proto", .{ .equals = "http" }) },
    .{ .do = .{ .set = pair("x-session", "1") }, .when = header("cookie", .{ .contains = "session=" }) },
    .{ .do = .{ .append = pair("x-forwarded-for", "10.0.0.1") } },
    .{ .do = .{ .append = pair("via", "1.1 edge") } },
};

pub const response = [_]Rule{
    .{ .do = .log },
    .{ .do = .{ .add = pair("hi", "trendyol!") } },
    .{ .do = .{ .add = pair("x-wasm-custom", "FOO") } },
    .{ .do = .{ .set = pair("content-type", "text/plain; charset=utf-8") } },
    .{ .do = .{ .remove = "content-length" } },
    .{ .do = .{ .remove = "server" } },
    .{ .do = .{ .remove = "x-powered-by" } },
    .{ .do = .{ .append = pair("vary", "x-api") }, .when = .{ .path = .{ .prefix = "/api/" } } },
    .{ .do = .{ .append = pair("cache-control", "private") }, .when = header("set-cookie", .present) },
    .{ .do = .{ .set = pair("cache-control", "no-store") }, .when = .{ .path = .{ .prefix = "/account" } } },
};
