package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"

	"github.com/gorilla/websocket"
)

// bare is the yardstick: a plain gorilla/websocket server as its examples show it. What is posted goes to everybody who is
// connected, encoded once, by a goroutine and a queue for each; there is no ledger, no right, no heartbeat.
func bare() {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // lives as long as the program
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	line, _ := json.Marshal(map[string]string{"http": "http://" + l.Addr().String()}) // strings always marshal
	fmt.Printf("%s\n", line)
	s := &bareServer{queues: map[chan *websocket.PreparedMessage]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ws", s.ws)
	mux.HandleFunc("POST /api/do/{command}", s.post)
	fmt.Fprintln(os.Stderr, http.Serve(l, mux))
}

type bareServer struct {
	mu     sync.Mutex
	seq    int64
	queues map[chan *websocket.PreparedMessage]bool
	frames []*websocket.PreparedMessage // by seq - 1, for who comes back
}

func (s *bareServer) post(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.seq++
	seq := s.seq
	text := fmt.Appendf(nil, `{"prev":%d,"seq":%d,"body":%s}`, seq-1, seq, body)
	m, _ := websocket.NewPreparedMessage(websocket.TextMessage, text) // fails for what is no message type
	s.frames = append(s.frames, m)
	for q := range s.queues {
		q <- m // whoever is slow holds everybody up: that is how plain it is
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"first":`+strconv.FormatInt(seq, 10)+`,"last":`+strconv.FormatInt(seq, 10)+`}`) // the client may be gone
}

var upgrader = websocket.Upgrader{Subprotocols: []string{"readback.v1"}, CheckOrigin: func(*http.Request) bool { return true }}

func (s *bareServer) ws(w http.ResponseWriter, r *http.Request) {
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close() //nolint:errcheck // it is over
	_, text, err := ws.ReadMessage()
	if err != nil {
		return
	}
	q := make(chan *websocket.PreparedMessage, 256)
	s.mu.Lock()
	after := s.seq
	if bytes.Contains(text, []byte(`"after":`)) {
		after = number(text, "after")
	}
	missed := s.frames[after:]
	s.queues[q] = true
	s.mu.Unlock()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"re":"f","start":{"after":%d,"epoch":0}}`, after)) != nil {
			return
		}
		for _, m := range missed {
			if ws.WritePreparedMessage(m) != nil {
				return
			}
		}
		for m := range q {
			if ws.WritePreparedMessage(m) != nil {
				return
			}
		}
	}()
	for {
		if _, _, err := ws.ReadMessage(); err != nil {
			break
		}
	}
	go func() { // so that who posts never waits for one that is gone
		for range q {
		}
	}()
	s.mu.Lock()
	delete(s.queues, q)
	s.mu.Unlock()
	close(q)
	<-gone
}
