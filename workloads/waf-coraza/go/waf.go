// waf-coraza: the Coraza web application firewall with the OWASP Core Rule Set.
//
// This file is the firewall, whatever calls it: filter.go is the Proxy-Wasm filter around it,
// verdicts.go a program for the host that says what it decides.
package main

import (
	"errors"
	"slices"
	"strings"

	coreruleset "github.com/corazawaf/coraza-coreruleset/v4"
	"github.com/corazawaf/coraza/v3"
	"github.com/corazawaf/coraza/v3/types"
)

// message is a request or a response as far as it has come.
type message struct {
	method, target, authority, protocol string
	status                              int
	headers                             [][2]string
}

// newWAF compiles directives, which may include the rules that are built in:
// `Include @owasp_crs/*.conf` and its like.
func newWAF(directives string) (coraza.WAF, error) {
	if strings.TrimSpace(directives) == "" {
		return nil, errors.New("it is empty; give SecLang directives, e.g. Include @owasp_crs/*.conf")
	}
	config := coraza.NewWAFConfig().WithRootFS(coreruleset.FS).WithDirectives(directives)
	return coraza.NewWAF(config)
}

// inspection is the examination of one transaction.
type inspection struct {
	tx types.Transaction
	// Whether the request's and the response's bodies have been examined, or need not be.
	requestDone, responseDone bool
}

func inspect(waf coraza.WAF) *inspection {
	return &inspection{tx: waf.NewTransaction()}
}

// requestHeaders examines a request without its body.
func (i *inspection) requestHeaders(request message, client string, port int) *types.Interruption {
	i.tx.ProcessConnection(client, port, "", 0)
	i.tx.ProcessURI(request.target, request.method, request.protocol)
	i.tx.SetServerName(request.authority)
	i.tx.AddRequestHeader("host", request.authority)
	for _, header := range request.headers {
		i.tx.AddRequestHeader(header[0], header[1])
	}
	return i.tx.ProcessRequestHeaders()
}

// requestBody examines a request whose body is as complete as it will be.
func (i *inspection) requestBody(body []byte) (*types.Interruption, error) {
	i.requestDone = true
	if len(body) > 0 && i.tx.IsRequestBodyAccessible() {
		if interruption, _, err := i.tx.WriteRequestBody(body); interruption != nil || err != nil {
			return interruption, err
		}
	}
	return i.tx.ProcessRequestBody()
}

// responseHeaders examines a response without its body.
func (i *inspection) responseHeaders(response message) *types.Interruption {
	for _, header := range response.headers {
		i.tx.AddResponseHeader(header[0], header[1])
	}
	return i.tx.ProcessResponseHeaders(response.status, "HTTP/1.1")
}

// wantsResponseBody tells whether the body is of a kind that the rules look at.
func (i *inspection) wantsResponseBody() bool {
	return i.tx.IsResponseBodyAccessible() && i.tx.IsResponseBodyProcessable()
}

// responseBody examines a response whose body is as complete as it will be.
func (i *inspection) responseBody(body []byte) (*types.Interruption, error) {
	i.responseDone = true
	if len(body) > 0 && i.wantsResponseBody() {
		if interruption, _, err := i.tx.WriteResponseBody(body); interruption != nil || err != nil {
			return interruption, err
		}
	}
	return i.tx.ProcessResponseBody()
}

// findings are the ids of the rules that found something: neither those that set up nor those
// that count.
func (i *inspection) findings() []int {
	found := []int{}
	for _, matched := range i.tx.MatchedRules() {
		id := matched.Rule().ID()
		family := id / 1000
		counts := family < 911 || family == 949 || family >= 959
		if !counts && matched.Message() != "" && !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
	return found
}

// close gives back what the transaction holds.
func (i *inspection) close() {
	_ = i.tx.Close()
}

// status is the status of the answer to what was interrupted.
func status(interruption *types.Interruption) int {
	if interruption.Status == 0 {
		return 403
	}
	return interruption.Status
}
