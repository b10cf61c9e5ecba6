package hl7

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// The bytes that frame a message (MLLP release 1).
const (
	startBlock = 0x0b
	endBlock   = 0x1c
	endData    = 0x0d
)

// DefaultFrame is the limit in bytes for a frame where none is given.
const DefaultFrame = 1 << 20

// ErrUnframeable means that bytes cannot be sent in a frame, because they hold its end or the beginning of another.
var ErrUnframeable = errors.New("hl7: a frame cannot hold these bytes")

// FrameKind says what a Reader found.
type FrameKind uint8

// The kinds. Only Whole is a message to be taken and answered; the others might have been one and must not vanish.
const (
	// Whole is the content of a proper frame, or of one whose end was 0x1C without 0x0D before the next frame.
	Whole FrameKind = iota
	// Loose is a stretch outside frames in which a header stands: no start block, or a line feed in its place.
	Loose
	// Cut is a frame without end, because another message began or the stream ended. It may lack its last segments.
	Cut
	// Long is the beginning of a frame longer than the limit; the rest has been skipped.
	Long
)

// String names the kind.
func (k FrameKind) String() string {
	return [...]string{"whole", "loose", "cut", "long"}[k]
}

// Frame is what a Reader found.
type Frame struct {
	Kind FrameKind
	// Data is the caller's to keep. It is at most the limit long.
	Data []byte
}

// endless is how many bytes a Reader skips, at least, before it takes the stream for one that will never hold a frame.
const endless = 64 << 20

// Reader takes frames out of a stream: 0x0B, data, 0x1C 0x0D. What it finds does not depend on how the stream is cut
// into reads. Bytes between frames are skipped and counted; those in which a header stands come out as a Loose frame. In a
// frame, 0x1C with another byte after it is data, unless only line feeds and zeroes stand between it and 0x0B or the end
// of the stream: some senders end so. 0x0B is data, unless a header follows: then the frame before was Cut.
// A stream of which it had to skip 64 MiB in one go, or 64 times the limit where that is more, ends with ErrTooLong.
// It is for one goroutine.
type Reader struct {
	src     io.Reader
	limit   int
	chunk   []byte // read, not yet looked at
	store   []byte // chunk's memory
	buf     []byte // the frame in hand, or the loose bytes
	inside  bool
	over    bool // buf is full, what came after is gone
	tail    tail
	last    uint32 // the last four bytes
	maybe   bool   // outside frames, something like a header came
	garbage int64
	skipped int // in one go
	ready   []Frame
	err     error
}

// tail says how the bytes of a frame end so far.
type tail uint8

const (
	tailData   tail = iota
	tailEnd         // 0x1C
	tailEndPad      // 0x1C and line feeds or zeroes
)

// NewReader returns a Reader of frames up to limit bytes, DefaultFrame if limit is 0.
func NewReader(src io.Reader, limit int) *Reader {
	if limit <= 0 {
		limit = DefaultFrame
	}
	return &Reader{src: src, limit: limit, store: make([]byte, 4096)}
}

// Garbage returns how many bytes stood outside frames until now, those of Loose frames included.
func (r *Reader) Garbage() int64 { return r.garbage }

// Waiting returns how many bytes have come of a frame that has no end yet. 0 means that no frame is open.
func (r *Reader) Waiting() int {
	if !r.inside {
		return 0
	}
	return len(r.buf) + 1
}

// Next returns the next frame, or the stream's error. After an error of the stream a frame that was open comes out
// first, as Whole if its end block had come, else as Cut. A deadline that brought out a Whole or Loose frame has served
// and is not returned: the stream goes on.
func (r *Reader) Next() (Frame, error) {
	for {
		if len(r.ready) > 0 {
			f := r.ready[0]
			r.ready = r.ready[1:]
			return f, nil
		}
		if len(r.chunk) > 0 {
			r.look()
			continue
		}
		if r.err != nil {
			if r.flush(); len(r.ready) == 0 {
				return Frame{}, r.err
			}
			if r.ready[0].Kind != Cut && errors.Is(r.err, os.ErrDeadlineExceeded) {
				r.err = nil
			}
			continue
		}
		n, err := r.src.Read(r.store)
		r.chunk, r.err = r.store[:n], err
	}
}

// flush gives out what is open at the end of the stream.
func (r *Reader) flush() {
	switch {
	case r.inside && r.tail != tailData:
		r.finish()
	case r.inside:
		r.cut()
	default:
		r.loosen()
	}
}

// look takes the bytes read, up to the first that completes a frame.
func (r *Reader) look() {
	for i := 0; i < len(r.chunk); i++ {
		switch n := r.plain(r.chunk[i:]); {
		case n > 0:
			r.keepAll(r.chunk[i : i+n])
			i += n - 1
		case r.inside:
			r.within(r.chunk[i])
		default:
			r.between(r.chunk[i])
		}
		if r.skipped > max(endless, endless/DefaultFrame*r.limit) {
			r.flush()
			r.chunk, r.err = nil, ErrTooLong
			return
		}
		if len(r.ready) > 0 {
			r.chunk = r.chunk[i+1:]
			return
		}
	}
	r.chunk = nil
}

// plain returns how many bytes stand in a frame before the next that may mean anything there.
func (r *Reader) plain(b []byte) int {
	if !r.inside || r.tail != tailData || byte(r.last) == startBlock || byte(r.last>>8) == startBlock || byte(r.last>>16) == startBlock {
		return 0
	}
	if i := bytes.IndexByte(b, startBlock); i >= 0 {
		b = b[:i]
	}
	if i := bytes.IndexByte(b, endBlock); i >= 0 {
		b = b[:i]
	}
	return len(b)
}

// keepAll holds plain bytes of a frame as keep does.
func (r *Reader) keepAll(b []byte) {
	n := min(max(r.limit+endRoom-len(r.buf), 0), len(b))
	if r.over {
		n = 0
	}
	r.buf = append(r.buf, b[:n]...)
	if n < len(b) {
		r.over = true
		r.skipped += len(b) - n
	}
	r.last = 0 // there is no start block in it
}

// within takes a byte of a frame.
func (r *Reader) within(c byte) {
	switch {
	case c == endData && r.tail == tailEnd:
		r.finish()
		return
	case c == startBlock && r.tail != tailData:
		r.finish()
		r.inside = true
		return
	case c == endBlock:
		r.tail = tailEnd
	case (c == '\n' || c == 0) && r.tail != tailData:
		r.tail = tailEndPad
	default:
		r.tail = tailData
	}
	r.keep(c)
	if r.last = r.last<<8 | uint32(c); beginsMessage(r.last) {
		begun := []byte{byte(r.last >> 16), byte(r.last >> 8), byte(r.last)}
		if !r.over {
			r.buf = r.buf[:len(r.buf)-4]
		}
		r.cut()
		r.inside, r.buf = true, begun
	}
}

// beginsMessage reports whether four bytes are a start block and the name of a segment that begins a message.
func beginsMessage(four uint32) bool {
	const header = startBlock<<24 | 'M'<<16 | 'S'<<8 | 'H'
	const file = startBlock<<24 | 'F'<<16 | 'H'<<8 | 'S'
	const batch = startBlock<<24 | 'B'<<16 | 'H'<<8 | 'S'
	return four == header || four == file || four == batch
}

// between takes a byte outside frames.
func (r *Reader) between(c byte) {
	if c == startBlock {
		r.loosen()
		r.inside = true
		return
	}
	r.garbage++
	r.keep(c)
	if r.last = r.last<<8 | uint32(c); r.last>>8 == 'M'<<16|'S'<<8|'H' && isDelim(c) {
		r.maybe = true
	}
	if c == endData && len(r.buf) >= 2 && r.buf[len(r.buf)-2] == endBlock {
		r.loosen()
	}
}

// keep holds a byte, up to the limit and, in a frame, a little for its end.
func (r *Reader) keep(c byte) {
	if r.over {
		r.skipped++
		return
	}
	full := r.limit
	if r.inside {
		full += endRoom
	}
	if len(r.buf) >= full {
		r.skipped++
		// Outside, make room for a message that has begun in what is here, or may.
		at, _ := findHeader(r.buf)
		if r.inside || at == 0 {
			r.over = true
			return
		}
		if at < 0 {
			at = len(r.buf) / 2
		}
		r.skipped += at - 1
		r.buf = append(r.buf[:0], r.buf[at:]...)
	}
	r.buf = append(r.buf, c)
}

// endRoom is how many bytes of an unusual end are held beyond the limit.
const endRoom = 64

// finish gives out the frame in hand, whose end has come.
func (r *Reader) finish() {
	if !r.over {
		r.buf = r.buf[:bytes.LastIndexByte(r.buf, endBlock)]
	}
	r.emit(Whole, r.buf)
	r.outside()
}

// cut gives out the frame in hand, whose end will not come.
func (r *Reader) cut() {
	if len(r.buf) > 0 {
		r.emit(Cut, r.buf)
	}
	r.outside()
}

// loosen gives out the bytes outside frames if a message may be among them.
func (r *Reader) loosen() {
	if hasHeader(r.buf) {
		r.emit(Loose, bytes.TrimRight(r.buf, "\x1c\r\n\x00"))
	}
	r.outside()
}

func hasHeader(b []byte) bool {
	at, _ := findHeader(b)
	return at >= 0
}

func (r *Reader) emit(kind FrameKind, data []byte) {
	if len(data) > r.limit {
		kind, data = Long, data[:r.limit]
	}
	r.ready = append(r.ready, Frame{kind, data})
}

// outside begins a stretch between frames, with new memory: the old is the caller's.
func (r *Reader) outside() {
	r.inside, r.over, r.maybe, r.tail, r.last, r.skipped, r.buf = false, false, false, tailData, 0, 0, nil
}

// WriteFrame writes data as one frame in one call. The error is the writer's, or ErrUnframeable.
func WriteFrame(w io.Writer, data []byte) error {
	if bytes.IndexByte(data, endBlock) >= 0 || bytes.IndexByte(data, startBlock) >= 0 {
		return ErrUnframeable
	}
	b := make([]byte, 0, len(data)+3)
	b = append(append(append(b, startBlock), data...), endBlock, endData)
	_, err := w.Write(b)
	return err
}
