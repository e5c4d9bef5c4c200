//go:build wasip1

package main

import (
	"fmt"
	"net"
	"strconv"

	"github.com/corazawaf/coraza/v3"
	"github.com/corazawaf/coraza/v3/types"
)

func main() {}

const (
	goOn  = 0
	pause = 1
)

var (
	// waf has the rules, once the plugin is configured.
	waf coraza.WAF
	// inspections has those of the streams that are on their way.
	inspections = map[uint32]*inspection{}
)

//go:wasmexport proxy_abi_version_0_2_1
func abiVersion() {}

//go:wasmexport proxy_on_vm_start
func onVMStart(root, size uint32) uint32 { return 1 }

//go:wasmexport proxy_on_configure
func onConfigure(root, size uint32) uint32 {
	made, err := newWAF(string(buffer(pluginConfiguration, size)))
	if err != nil {
		logLine(levelError, "plugin configuration refused: "+err.Error())
		return 0
	}
	waf = made
	return 1
}

//go:wasmexport proxy_on_context_create
func onContextCreate(id, root uint32) {
	if root != 0 && waf != nil {
		inspections[id] = inspect(waf)
	}
}

//go:wasmexport proxy_on_request_headers
func onRequestHeaders(id, count, endOfStream uint32) uint32 {
	i := inspections[id]
	if i == nil {
		return goOn
	}
	request := message{protocol: "HTTP/1.1"}
	for name, value := range requestHeaders.all {
		switch name {
		case ":method":
			request.method = value
		case ":path":
			request.target = value
		case ":authority":
			request.authority = value
		case ":scheme":
		default:
			request.headers = append(request.headers, [2]string{name, value})
		}
	}
	if protocol := property("request", "protocol"); protocol != "" {
		request.protocol = protocol
	}
	client, port := peer(property("source", "address"))
	if interruption := i.requestHeaders(request, client, port); interruption != nil {
		return i.deny(interruption)
	}
	if endOfStream != 0 {
		return i.decide(i.requestBody(nil))
	}
	return pause
}

//go:wasmexport proxy_on_request_body
func onRequestBody(id, size, endOfStream uint32) uint32 {
	i := inspections[id]
	switch {
	case i == nil || i.requestDone:
		return goOn
	case endOfStream == 0:
		return pause
	}
	return i.decide(i.requestBody(buffer(requestBody, size)))
}

//go:wasmexport proxy_on_request_trailers
func onRequestTrailers(id, count uint32) uint32 {
	i := inspections[id]
	if i == nil || i.requestDone {
		return goOn
	}
	return i.decide(i.requestBody(buffer(requestBody, everything)))
}

//go:wasmexport proxy_on_response_headers
func onResponseHeaders(id, count, endOfStream uint32) uint32 {
	i := inspections[id]
	// The answer to a request that was denied comes by here in some proxies.
	if i == nil || i.responseDone {
		return goOn
	}
	var response message
	for name, value := range responseHeaders.all {
		if name == ":status" {
			response.status, _ = strconv.Atoi(value)
			continue
		}
		response.headers = append(response.headers, [2]string{name, value})
	}
	if interruption := i.responseHeaders(response); interruption != nil {
		return i.deny(interruption)
	}
	if endOfStream != 0 || !i.wantsResponseBody() {
		return i.decide(i.responseBody(nil))
	}
	return pause
}

//go:wasmexport proxy_on_response_body
func onResponseBody(id, size, endOfStream uint32) uint32 {
	i := inspections[id]
	switch {
	case i == nil || i.responseDone:
		return goOn
	case endOfStream == 0:
		return pause
	}
	return i.decide(i.responseBody(buffer(responseBody, size)))
}

//go:wasmexport proxy_on_response_trailers
func onResponseTrailers(id, count uint32) uint32 {
	i := inspections[id]
	if i == nil || i.responseDone {
		return goOn
	}
	return i.decide(i.responseBody(buffer(responseBody, everything)))
}

//go:wasmexport proxy_on_done
func onDone(id uint32) uint32 { return 1 }

//go:wasmexport proxy_on_log
func onLog(id uint32) {}

//go:wasmexport proxy_on_delete
func onDelete(id uint32) {
	if i := inspections[id]; i != nil {
		i.close()
		delete(inspections, id)
	}
}

// decide lets a message go on, or answers in the upstream's place.
func (i *inspection) decide(interruption *types.Interruption, err error) uint32 {
	switch {
	case err != nil:
		logLine(levelError, "the rules could not be run: "+err.Error())
		i.requestDone, i.responseDone = true, true
		sendLocalResponse(500, [][2]string{{"content-type", "text/plain"}}, "The rules could not be run.\n")
		return pause
	case interruption != nil:
		return i.deny(interruption)
	}
	return goOn
}

// deny answers with the rule's status and says which rule it was.
func (i *inspection) deny(interruption *types.Interruption) uint32 {
	i.requestDone, i.responseDone = true, true
	rule := strconv.Itoa(interruption.RuleID)
	logLine(levelWarn, fmt.Sprintf("blocked with %d by rule %s, findings %v", status(interruption), rule, i.findings()))
	headers := [][2]string{{"content-type", "text/plain"}, {"x-waf-rule", rule}}
	sendLocalResponse(status(interruption), headers, "Blocked by rule "+rule+".\n")
	return pause
}

// peer is address and port of `192.0.2.1:80` or `[2001:db8::1]:80`.
func peer(address string) (string, int) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address, 0
	}
	number, _ := strconv.Atoi(port)
	return host, number
}
