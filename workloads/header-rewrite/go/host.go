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

//go:wasmimport env proxy_get_header_map_value
func proxyGetHeaderMapValue(m int32, name unsafe.Pointer, nameSize int32, value, size unsafe.Pointer) int32

//go:wasmimport env proxy_add_header_map_value
func proxyAddHeaderMapValue(m int32, name unsafe.Pointer, nameSize int32, value unsafe.Pointer, size int32) int32

//go:wasmimport env proxy_replace_header_map_value
func proxyReplaceHeaderMapValue(m int32, name unsafe.Pointer, nameSize int32, value unsafe.Pointer, size int32) int32

//go:wasmimport env proxy_remove_header_map_value
func proxyRemoveHeaderMapValue(m int32, name unsafe.Pointer, nameSize int32) int32

const logDebug = 1

// headerMap is one of the host's header maps.
type headerMap int32

const (
	requestHeaders  headerMap = 0
	responseHeaders headerMap = 2
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

func pointer(text string) (unsafe.Pointer, int32) {
	return unsafe.Pointer(unsafe.StringData(text)), int32(len(text))
}

// get is the value, several of one name joined with ", ".
func (m headerMap) get(name string) (string, bool) {
	var a answer
	at, size := pointer(name)
	status := proxyGetHeaderMapValue(int32(m), at, size, unsafe.Pointer(&a.address), unsafe.Pointer(&a.size))
	if status != 0 {
		return "", false
	}
	value := a.take()
	return unsafe.String(unsafe.SliceData(value), len(value)), true
}

func (m headerMap) add(name, value string) {
	at, size := pointer(name)
	valueAt, valueSize := pointer(value)
	proxyAddHeaderMapValue(int32(m), at, size, valueAt, valueSize)
}

func (m headerMap) set(name, value string) {
	at, size := pointer(name)
	valueAt, valueSize := pointer(value)
	proxyReplaceHeaderMapValue(int32(m), at, size, valueAt, valueSize)
}

func (m headerMap) remove(name string) {
	at, size := pointer(name)
	proxyRemoveHeaderMapValue(int32(m), at, size)
}

// each calls visit with every name and value. The host's layout: the number of headers, the
// sizes of every name and value, then the bytes of each with a zero behind it.
func (m headerMap) each(visit func(name, value []byte)) {
	var a answer
	status := proxyGetHeaderMapPairs(int32(m), unsafe.Pointer(&a.address), unsafe.Pointer(&a.size))
	if status != 0 {
		return
	}
	pairs := a.take()
	count := binary.LittleEndian.Uint32(pairs)
	sizes := pairs[4:]
	text := sizes[8*count:]
	for range count {
		nameSize := binary.LittleEndian.Uint32(sizes)
		valueSize := binary.LittleEndian.Uint32(sizes[4:])
		visit(text[:nameSize], text[nameSize+1:][:valueSize])
		text = text[nameSize+valueSize+2:]
		sizes = sizes[8:]
	}
}

func logLine(line []byte) {
	proxyLog(logDebug, unsafe.Pointer(unsafe.SliceData(line)), int32(len(line)))
}
