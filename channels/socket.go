package channels

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/gorilla/websocket"
)

// send puts a value into the buffer as a text frame.
func (c *conn) send(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("channels: %w", err)
	}
	c.frame(websocket.TextMessage, text)
	return nil
}

// frame puts one websocket frame into the buffer (RFC 6455 §5.2; what a server sends is not masked).
func (c *conn) frame(opcode int, payload []byte) {
	c.hub.stats.Frames.Add(1)
	b := append(c.buf, 0x80|byte(opcode))
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	c.buf = append(b, payload...)
}

func (c *conn) closeFrame(code int, why string) {
	c.frame(websocket.CloseMessage, websocket.FormatCloseMessage(code, why))
}

// flush writes the buffer at once. A socket that does not take it in SendWait is cut: in the middle of a frame there is
// no place for a word of farewell.
func (c *conn) flush() error {
	if len(c.buf) == 0 {
		return nil
	}
	for n := int64(len(c.buf)); ; {
		most := c.hub.stats.Longest.Load()
		if n <= most || c.hub.stats.Longest.CompareAndSwap(most, n) {
			break
		}
	}
	s := c.ws.NetConn()
	if err := s.SetWriteDeadline(time.Now().Add(c.hub.cfg.SendWait)); err != nil {
		return err
	}
	n, err := s.Write(c.buf)
	c.hub.stats.Writes.Add(1)
	c.hub.stats.Bytes.Add(int64(n))
	if c.buf = c.buf[:0]; cap(c.buf) > 4<<10 {
		c.buf = nil // an idle connection holds no buffer
	}
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		c.hub.stats.Slow.Add(1)
	}
	return err
}
