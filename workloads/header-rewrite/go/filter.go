// header-rewrite with its default rules in Go, on the bare ABI.
package main

import "strings"

func main() {}

// paths has the request's path of every stream: rules on the response may ask for it when
// the request's headers are out of reach.
var paths = map[uint32]string{}

func apply(rules []rule, headers headerMap, message, path string) {
	for i := range rules {
		rule := &rules[i]
		if rule.when != nil && !rule.when(headers, path) {
			continue
		}
		switch rule.op {
		case opLog:
			writeToLog(headers, message)
		case opAdd:
			headers.add(rule.name, rule.value)
		case opSet:
			headers.set(rule.name, rule.value)
		case opAppend:
			appendTo(headers, rule.name, rule.value)
		case opRemove:
			headers.remove(rule.name)
		}
	}
}

func appendTo(headers headerMap, name, addition string) {
	if before, _ := headers.get(name); before != "" {
		addition = before + ", " + addition
	}
	headers.set(name, addition)
}

func writeToLog(headers headerMap, message string) {
	var line []byte
	headers.each(func(name, value []byte) {
		line = append(line[:0], message...)
		line = append(line, ' ')
		line = append(line, name...)
		line = append(line, ": "...)
		line = append(line, value...)
		logLine(line)
	})
}

//go:wasmexport proxy_abi_version_0_2_1
func abiVersion() {}

//go:wasmexport proxy_on_vm_start
func onVMStart(root, size uint32) uint32 { return 1 }

//go:wasmexport proxy_on_configure
func onConfigure(root, size uint32) uint32 { return 1 }

//go:wasmexport proxy_on_context_create
func onContextCreate(id, root uint32) {}

//go:wasmexport proxy_on_request_headers
func onRequestHeaders(id, count, endOfStream uint32) uint32 {
	target, _ := requestHeaders.get(":path")
	path, _, _ := strings.Cut(target, "?")
	paths[id] = path
	apply(requestRules, requestHeaders, "request", path)
	return 0
}

//go:wasmexport proxy_on_response_headers
func onResponseHeaders(id, count, endOfStream uint32) uint32 {
	apply(responseRules, responseHeaders, "response", paths[id])
	return 0
}

//go:wasmexport proxy_on_done
func onDone(id uint32) uint32 { return 1 }

//go:wasmexport proxy_on_log
func onLog(id uint32) {}

//go:wasmexport proxy_on_delete
func onDelete(id uint32) { delete(paths, id) }
