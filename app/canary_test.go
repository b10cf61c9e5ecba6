package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/app"
	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

const canaryPassword = "nine yellow songbirds"

// canaries are strings that stand nowhere else, each in a field that identifies or describes a patient, by what it is.
// A further field is a further line, put into the messages or commands below.
var canaries = map[string]string{
	"number": "CNR4711X0815", "visit": "CNRV1SIT", "account": "CNRACC0UNT", "name": "Kanarienvogel", "given name": "Canarina",
	"birth date": "19601002", "birth date, as shown": "1960-10-02", "address": "Kanarienstrasse", "phone": "5550CANARY",
	"order": "CNR0RDER", "filler order": "CNRF1LLER", "accession": "CNRSPEC1MEN", "value": "7.130431", "range": "3.5-5.117",
	"comment": "CNR-C0MMENT", "clinical information": "CNR-CL1N1CAL", "value in words": "CNR-W0RDS", "odd value": "CNR-0DD",
	"unreadable message": "CNR-QUARANT1NE", "typed value": "6.660666", "typed identifier": "CNZZ",
	"note of a pass-on": "CNR-N0TE-PASS", "note of a telephone call": "CNR-N0TE-PH0NE", "receiver": "CNR Receiver",
	"note of an end": "CNR-N0TE-END", "note of work": "CNR-N0TE-W0RK", "reason for the glass": "CNR-GLASS",
	"password": canaryPassword, "wrong password": "CNR-WR0NG-PASSW0RD", "PIN": "927461",
}

// haul is everything that must hold no canary, by where it was found.
type haul struct {
	mu  sync.Mutex
	all map[string]*bytes.Buffer
}

func (h *haul) in(where string) io.Writer { return catch{h, where} }

func (h *haul) add(where string, v any) {
	b, _ := json.Marshal(v)
	_, _ = h.in(where).Write(append(b, '\n'))
}

type catch struct {
	*haul
	where string
}

func (c catch) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all[c.where] == nil {
		c.all[c.where] = &bytes.Buffer{}
	}
	return c.all[c.where].Write(p)
}

// search says where canaries are.
func (h *haul) search(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for where, b := range h.all {
		for what, c := range canaries {
			if i := bytes.Index(b.Bytes(), []byte(c)); i >= 0 {
				t.Errorf("%s: the %s: %.200q", where, what, b.Bytes()[max(0, i-100):])
			}
		}
		t.Logf("%s: %d bytes", where, b.Len())
	}
}

// seenBy is an HTTP transport that keeps every address that was asked, and what every answer says but its body.
type seenBy struct{ *haul }

func (s seenBy) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = fmt.Fprintln(s.in("addresses"), r.Method, r.URL, r.Header.Get("Referer"))
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		_, _ = fmt.Fprintln(s.in("headers of answers"), res.Status, res.Header)
	}
	return res, err
}

// canary is a running node on real files, with everybody signed in and all that it says kept.
type canary struct {
	*app.Readback
	*haul
	t   *testing.T
	dir string
}

func newCanary(t *testing.T) *canary {
	t.Helper()
	c := &canary{haul: &haul{all: map[string]*bytes.Buffer{}}, t: t, dir: filepath.Join(t.TempDir(), "data")}
	log := slog.New(slog.NewJSONHandler(c.in("log"), &slog.HandlerOptions{Level: slog.LevelDebug}))
	r, err := app.Start(t.Context(), app.Config{
		HTTP: "127.0.0.1:0", MLLP: "127.0.0.1:0", Data: c.dir, Site: "main", Zone: "UTC", Node: "n1", Reserve: -1,
	}, log, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Readback = r
	var evs []lab.Event
	for _, p := range hospital.Staff() {
		if err := r.Vault.SetPassword(t.Context(), p.ID, p.Login, canaryPassword); err != nil {
			t.Fatal(err)
		}
		evs = append(evs, &roster.Admitted{Person: p})
	}
	evs = append(evs, hospital.Published(r.Lab.Now()), &critical.Drafted{Set: critical.ExampleSets()[0]})
	if _, err := r.Lab.Record(t.Context(), lab.Actor{By: "machine/setup"}, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) { return evs, nil }); err != nil {
		t.Fatal(err)
	}
	set := critical.ExampleSets()[0]
	if _, err := c.as("chief").Approve(t.Context(), wire.ApproveBody{Limits: set.ID, Version: set.Version}); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *canary) as(login string) *client.Client {
	c.t.Helper()
	cl, err := client.Dial(c.t.Context(), c.HTTP, client.Credentials{Login: login, Password: canaryPassword}, client.HTTP(&http.Client{Transport: seenBy{c.haul}}))
	if err != nil {
		c.t.Fatal(login, err)
	}
	return cl
}

// send sends a message and keeps its acknowledgement, which goes to the sender and still says nothing.
func (c *canary) send(text string) {
	c.t.Helper()
	d, err := hl7.Dial(c.t.Context(), c.MLLP, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = d.Close() }() // the acknowledgement was read
	for what, value := range canaries {
		text = strings.ReplaceAll(text, "{"+what+"}", value)
	}
	ack, err := d.Send(c.t.Context(), []byte(strings.ReplaceAll(text, "\n", "\r")))
	c.add("acknowledgements", fmt.Sprintf("%s %v", ack, err))
}

const canaryPID = `PID|1||{number}^^^HOSP^MR||{name}^{given name}||{birth date}|F|||{address} 1||{phone}|||||{account}
PV1|1|I|ICU-2^1^1||||C-lee||||||||||||{visit}
`

func canaryResult(n int, obx string) string {
	return fmt.Sprintf("MSH|^~\\&|LIS|LAB|||20261122030507||ORU^R01|C%d|P|2.5.1\n%sORC|RE|{order}%d|{filler order}%d\nOBR|1|{order}%d|{filler order}%d|2823-3^Potassium^LN|||20261122030000||||||{clinical information}|||C-lee\n%sNTE|1||{comment}\nSPM|1|{accession}%d\n",
		n, canaryPID, n, n, n, n, obx, n)
}

// calls waits until so many calls are open, and returns them.
func (c *canary) calls(cl *client.Client, n int) []wire.Call {
	c.t.Helper()
	var all wire.Calls
	wait(c.t, func() bool {
		var err error
		all, err = cl.Calls(c.t.Context(), 0)
		return err == nil && len(all.Calls) >= n
	})
	return all.Calls
}

func (c *canary) refused(what string, err error) {
	if err == nil {
		c.t.Errorf("%s was not refused", what)
		return
	}
	c.add("errors", err.Error())
}

func TestNoPatientOutsideALogin(t *testing.T) {
	c := newCanary(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	device, err := client.Dial(ctx, c.HTTP, client.Credentials{Login: "lee", Password: canaryPassword, Device: true})
	if err != nil {
		t.Fatal(err)
	}
	minted, err := c.as("root").Mint(ctx, wire.MintBody{Machine: "machine/board", Days: 1})
	if err != nil {
		t.Fatal(err)
	}
	board, err := client.Dial(ctx, c.HTTP, client.Credentials{Token: minted.Token})
	if err != nil {
		t.Fatal(err)
	}
	var following sync.WaitGroup
	for name, cl := range map[string]*client.Client{"bare frames of a device": device, "bare frames of a board": board} {
		following.Go(func() {
			for e, err := range cl.Follow(ctx, client.Now) {
				if err != nil {
					return // the run is over
				}
				c.add(name, e)
			}
		})
	}

	// Results in all shapes, and what cannot be read.
	const potassium = "OBX|1|NM|2823-3^Potassium^LN||{value}|mmol/L|{range}|HH|||F\n"
	for n := range 4 {
		c.send(canaryResult(n, potassium))
	}
	c.send(canaryResult(10, "OBX|1|NM|XX-1^{value in words}^L||{odd value}|furlong||HH|||F\n"))
	c.send(canaryResult(11, "OBX|1|ST|2823-3^Potassium^LN||{value in words}|mmol/L||HH|||F\n"))
	c.send(canaryResult(0, strings.Replace(potassium, "|F\n", "|C\n", 1)))
	c.send("MSH|^~\\&|LIS|LAB|||20261122||ORU^R01|Q1|P|2.5\nPID|1||{number}\nOBX|{unreadable message}\n")
	c.send("MSH|^~\\&|LIS|LAB|||20261122||ADT^A02|A1|P|2.5\nEVN|A02|20261122\n" + canaryPID)
	c.send("{unreadable message}")

	// A clinician who is wrong in every way, and the others around it.
	lee, tech, chief, sue := c.as("lee"), c.as("tech"), c.as("chief"), c.as("sue")
	open := c.calls(lee, 3)
	right := func(call wire.Call) wire.ReadBackBody {
		b := wire.ReadBackBody{Call: call.ID, Version: call.Version, Values: map[string]string{}, Tail: "0815", Entered: "keyed"}
		for _, r := range call.Results {
			b.Values[r.ID] = r.Value
		}
		return b
	}
	wrong := right(open[0])
	for id := range wrong.Values {
		wrong.Values[id] = canaries["typed value"]
	}
	wrong.Tail = canaries["typed identifier"]
	if _, err := lee.ReadBack(ctx, wrong); err == nil {
		t.Error("a wrong read-back matched") // it says what was typed, to who typed it
	}
	stale := right(open[0])
	stale.Version += 7
	c.refused("another version", second(lee.ReadBack(ctx, stale)))
	c.refused("a clinician elsewhere", second(c.as("else").ReadBack(ctx, right(open[0]))))
	c.refused("a technician", second(tech.ReadBack(ctx, right(open[0]))))
	c.refused("no such call", second(lee.Call(ctx, canaries["number"])))
	c.refused("a device", second(device.Call(ctx, open[0].Ref)))
	_ = lee.Do(ctx, wire.DoPassOn, "", wire.PassOnBody{Call: open[1].ID, Version: open[1].Version, Reason: "other", Note: canaries["note of a pass-on"]}, nil)
	_ = c.as("else").Do(ctx, wire.DoGlass, "", wire.GlassBody{Call: open[1].ID, BreakGlass: wire.BreakGlass{Reason: "other", Text: canaries["reason for the glass"]}}, nil)
	var phone wire.Telephone
	if err := tech.Do(ctx, wire.DoTelephoneBegin, "", wire.TelephoneBody{Call: open[1].ID, Version: open[1].Version, At: canaries["phone"]}, &phone); err != nil {
		t.Error(err)
	}
	_ = tech.Do(ctx, wire.DoTelephone, "", wire.HeardBody{
		Call: open[1].ID, Version: open[1].Version, Attempt: phone.Attempt, Receiver: wire.Receiver{Name: canaries["receiver"], Role: "nurse", Known: "spoken"},
		Values: wrong.Values, Tail: wrong.Tail,
	}, nil)
	_ = tech.Do(ctx, wire.DoTelephoneFail, "", wire.TelephoneFailedBody{Call: open[1].ID, Attempt: phone.Attempt, Difficulty: "no-answer", Note: canaries["note of a telephone call"]}, nil)
	if _, err := lee.ReadBack(ctx, right(open[0])); err != nil {
		t.Error(err)
	}
	c.refused("one that was read back", second(c.as("okafor").ReadBack(ctx, right(open[0]))))
	if _, err := chief.End(ctx, wire.EndBody{Call: open[2].ID, Version: open[2].Version, Reason: "told-in-person", Note: canaries["note of an end"]}); err != nil {
		t.Error(err)
	}
	all, err := tech.Calls(ctx, 48)
	if err != nil || len(all.Work) == 0 {
		t.Error("there is no work:", err)
	}
	for _, w := range all.Work {
		_, _ = sue.Settle(ctx, wire.SettleBody{Work: w.ID, How: "filed-by-hand", Note: canaries["note of work"]})
	}

	// Sign-ins, right and wrong, with a PIN.
	if _, err := lee.SetPIN(ctx, canaries["PIN"], canaryPassword); err != nil {
		t.Error(err)
	}
	_, err = client.Dial(ctx, c.HTTP, client.Credentials{Login: canaries["number"], Password: canaries["wrong password"]})
	c.refused("a wrong sign-in", err)

	// What programs and neighbours read.
	for _, path := range []string{"/metrics", "/readyz", "/healthz", "/api/openapi.json", "/api/me", "/", "/api/receipt/1", "/nothing"} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.HTTP+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(c.in("GET "+path), res.Body)
		_ = res.Body.Close()
	}
	bells, err := board.Calls(ctx, 48)
	if err != nil {
		t.Error(err)
	}
	c.add("calls of a board", bells)
	es, err := c.Lab.Store().Read(ctx, 0, ledger.MaxRead)
	if err != nil {
		t.Fatal(err)
	}
	sealed := 0
	for _, e := range es {
		_, _ = c.in("leaves").Write(append(e.Leaf, '\n'))
		for _, s := range e.Enclosures {
			sealed += bytes.Count(s.Data, []byte(canaries["name"]))
		}
	}
	if sealed == 0 {
		t.Error("no patient came in at all")
	}
	cancel()
	following.Wait()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	for _, pattern := range []string{"vault.db*", "audit.db*", "*.json"} {
		files, _ := filepath.Glob(filepath.Join(c.dir, pattern))
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = c.in("file " + filepath.Base(file)).Write(b)
		}
	}
	c.search(t)
	for _, where := range []string{"log", "leaves", "bare frames of a device", "bare frames of a board", "errors", "GET /metrics", "addresses", "acknowledgements"} {
		if c.all[where] == nil || c.all[where].Len() == 0 {
			t.Error("nothing was searched of the", where)
		}
	}
}

func second[T any](_ T, err error) error { return err }
