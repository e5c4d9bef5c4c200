//go:build !wasip1

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/corazawaf/coraza/v3"
	"github.com/corazawaf/coraza/v3/types"
)

// side is a request or a response as the traffic files write it.
type side struct {
	Method, Authority, Path string
	Status                  int
	Headers                 [][2]string
	Body                    string
	BodyBase64              []byte `json:"body_base64"`
}

func (s side) body() []byte {
	if s.BodyBase64 != nil {
		return s.BodyBase64
	}
	return []byte(s.Body)
}

type exchange struct {
	ID                string
	Request, Response side
}

// verdict is what became of an exchange. A rule of 0 let it pass.
type verdict struct {
	ID      string `json:"id"`
	Rule    int    `json:"rule"`
	Status  int    `json:"status"`
	Matched []int  `json:"matched"`
}

// main reads exchanges as JSON lines and writes a verdict for each: what the firewall
// decides without any WebAssembly, to hold the filter to.
func main() {
	if len(os.Args) != 2 {
		fail("usage: go run . DIRECTIVES < TRAFFIC.jsonl")
	}
	directives, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err.Error())
	}
	waf, err := newWAF(string(directives))
	if err != nil {
		fail(os.Args[1] + ": " + err.Error())
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 8<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var e exchange
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fail(err.Error())
		}
		if err := out.Encode(judge(waf, e)); err != nil {
			fail(err.Error())
		}
	}
}

func judge(waf coraza.WAF, e exchange) verdict {
	i := inspect(waf)
	defer i.close()
	found := verdict{ID: e.ID}
	if interruption := examine(i, e); interruption != nil {
		found.Rule, found.Status = interruption.RuleID, status(interruption)
	}
	found.Matched = i.findings()
	return found
}

func examine(i *inspection, e exchange) *types.Interruption {
	request := message{
		method: e.Request.Method, target: e.Request.Path, authority: e.Request.Authority,
		protocol: "HTTP/1.1", headers: e.Request.Headers,
	}
	if interruption := i.requestHeaders(request, "127.0.0.1", 0); interruption != nil {
		return interruption
	}
	if interruption := must(i.requestBody(e.Request.body())); interruption != nil {
		return interruption
	}
	response := message{status: e.Response.Status, headers: e.Response.Headers}
	if interruption := i.responseHeaders(response); interruption != nil {
		return interruption
	}
	return must(i.responseBody(e.Response.body()))
}

func must(interruption *types.Interruption, err error) *types.Interruption {
	if err != nil {
		fail(err.Error())
	}
	return interruption
}

func fail(reason string) {
	fmt.Fprintln(os.Stderr, "waf-coraza: "+reason)
	os.Exit(2)
}
