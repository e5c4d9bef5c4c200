//go:build wasip1

package main

import (
	"encoding/binary"
	"unsafe"
)

// What this filter needs of the Proxy-Wasm ABI 0.2.1.

//go:wasmimport env proxy_log
func proxyLog(level int32, text unsafe.Pointer, size int32) int32

//go:wasmimport env proxy_get_header_map_pairs
func proxyGetHeaderMapPairs(m int32, pairs, size unsafe.Pointer) int32

//go:wasmimport env proxy_get_buffer_bytes
func proxyGetBufferBytes(buffer, start, length int32, data, size unsafe.Pointer) int32

//go:wasmimport env proxy_get_property
func proxyGetProperty(path unsafe.Pointer, pathSize int32, value, size unsafe.Pointer) int32

//go:wasmimport env proxy_send_local_response
func proxySendLocalResponse(status int32, details unsafe.Pointer, detailsSize int32, body unsafe.Pointer, bodySize int32, headers unsafe.Pointer, headersSize, grpcStatus int32) int32

const (
	levelWarn  = 3
	levelError = 4
)

// headerMap is one of the host's header maps.
type headerMap int32

const (
	requestHeaders  headerMap = 0
	responseHeaders headerMap = 2
)

// bufferKind is one of the host's buffers.
type bufferKind int32

const (
	requestBody         bufferKind = 0
	responseBody        bufferKind = 1
	pluginConfiguration bufferKind = 7
	// everything asks for all that a buffer has.
	everything = 0x7fffffff
)

// gifts keeps what the host was given room for in reach of the garbage collector until
// somebody takes it.
var gifts = map[uint32][]byte{}

//go:wasmexport proxy_on_memory_allocate
func onMemoryAllocate(size int32) unsafe.Pointer {
	if size <= 0 {
		size = 1
	}
	gift := make([]byte, size)
	address := unsafe.Pointer(unsafe.SliceData(gift))
	gifts[uint32(uintptr(address))] = gift
	return address
}

// answer is where the host says what it gave.
type answer struct{ address, size uint32 }

// take is the gift that the answer names, now the caller's alone.
func (a *answer) take() []byte {
	gift := gifts[a.address]
	delete(gifts, a.address)
	return gift[:min(int(a.size), len(gift))]
}

// all yields every name and value. The host's layout: the number of headers, the sizes of
// every name and value, then the bytes of each with a zero behind it.
func (m headerMap) all(yield func(name, value string) bool) {
	var a answer
	status := proxyGetHeaderMapPairs(int32(m), unsafe.Pointer(&a.address), unsafe.Pointer(&a.size))
	if status != 0 {
		return
	}
	pairs := a.take()
	if len(pairs) < 4 {
		return
	}
	count := binary.LittleEndian.Uint32(pairs)
	sizes := pairs[4:]
	text := sizes[8*count:]
	for range count {
		nameSize := binary.LittleEndian.Uint32(sizes)
		valueSize := binary.LittleEndian.Uint32(sizes[4:])
		if !yield(string(text[:nameSize]), string(text[nameSize+1:][:valueSize])) {
			return
		}
		text = text[nameSize+valueSize+2:]
		sizes = sizes[8:]
	}
}

// buffer is what the host holds of a body or a configuration, to this size.
func buffer(kind bufferKind, size uint32) []byte {
	var a answer
	if proxyGetBufferBytes(int32(kind), 0, int32(size), unsafe.Pointer(&a.address), unsafe.Pointer(&a.size)) != 0 {
		return nil
	}
	return a.take()
}

// property is a property of the stream, or "".
func property(path ...string) string {
	var joined []byte
	for at, part := range path {
		if at > 0 {
			joined = append(joined, 0)
		}
		joined = append(joined, part...)
	}
	var a answer
	if proxyGetProperty(unsafe.Pointer(unsafe.SliceData(joined)), int32(len(joined)), unsafe.Pointer(&a.address), unsafe.Pointer(&a.size)) != 0 {
		return ""
	}
	return string(a.take())
}

// sendLocalResponse answers in the upstream's place.
func sendLocalResponse(status int, headers [][2]string, body string) {
	wire := binary.LittleEndian.AppendUint32(nil, uint32(len(headers)))
	for _, header := range headers {
		wire = binary.LittleEndian.AppendUint32(wire, uint32(len(header[0])))
		wire = binary.LittleEndian.AppendUint32(wire, uint32(len(header[1])))
	}
	for _, header := range headers {
		for _, text := range header {
			wire = append(append(wire, text...), 0)
		}
	}
	proxySendLocalResponse(int32(status), nil, 0,
		unsafe.Pointer(unsafe.StringData(body)), int32(len(body)),
		unsafe.Pointer(unsafe.SliceData(wire)), int32(len(wire)), -1)
}

func logLine(level int32, line string) {
	proxyLog(level, unsafe.Pointer(unsafe.StringData(line)), int32(len(line)))
}
