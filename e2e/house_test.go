package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// Who works in the test's laboratory: lee has first call of ICU-2 and of the emergency room, okafor second of ICU-2, tech
// is at the desk.
const (
	admin = "root"
	lee   = "lee"
	okaf  = "okafor"
	tech  = "tech"
	sue   = "sue"
	chief = "chief"
)

func passwordOf(login string) string { return "seven grey herons of " + login }

// furnish makes a new laboratory: people, a roster whose steps wait as said (in seconds), and ARUP's example limits.
func furnish(t testing.TB, n *node, wait int) {
	t.Helper()
	_, token, ok := strings.Cut(n.Setup, "#setup=")
	if !ok {
		t.Fatalf("the ready line has no setup link: %q", n.Setup)
	}
	post(t, n.HTTP+"/api/setup", wire.SetupBody{Token: token, Login: admin, Name: "Ruth Root", Password: passwordOf(admin)})
	root := signIn(t, n.HTTP, admin)
	ids := map[string]string{}
	for _, p := range []roster.Person{
		{Login: lee, Name: "Dr Mina Lee", Role: roster.Clinician, Receives: true},
		{Login: okaf, Name: "Dr Ada Okafor", Role: roster.Clinician, Receives: true},
		{Login: tech, Name: "Tom Tech", Role: roster.Technician},
		{Login: sue, Name: "Sue Super", Role: roster.Supervisor},
		{Login: chief, Name: "Dr Ruth Chief", Role: roster.Director},
	} {
		id, err := root.Admit(t.Context(), p, passwordOf(p.Login))
		if err != nil {
			t.Fatal(err)
		}
		ids[p.Login] = id
	}
	from, to := time.Now().Add(-time.Hour).UTC().Truncate(time.Microsecond), time.Now().Add(90*24*time.Hour).UTC().Truncate(time.Microsecond)
	shift := func(post, who string, rank int) roster.Shift {
		return roster.Shift{ID: fmt.Sprintf("shift/%s-%d", strings.TrimPrefix(post, "post/"), rank), Post: post, Person: ids[who], Rank: rank, From: from, To: to}
	}
	_, err := signIn(t, n.HTTP, sue).Publish(t.Context(), roster.Published{
		From: from, To: to,
		Posts: []roster.Post{
			{ID: "post/icu-2", Name: "ICU-2 resident", Unit: "ICU-2"},
			{ID: "post/er", Name: "Emergency room", Unit: "NER"},
			{ID: roster.Desk, Name: "Laboratory desk"},
		},
		Shifts: []roster.Shift{
			shift("post/icu-2", lee, 0), shift("post/icu-2", okaf, 1), shift("post/er", lee, 0), shift(roster.Desk, tech, 0),
		},
		Ladders: []roster.Ladder{{Unit: roster.Any, Steps: []roster.Step{
			{Ask: "unit", Wait: wait}, {Ask: "unit", Rank: 1, Wait: wait}, {Ask: "desk", Wait: 60 * wait},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	boss := signIn(t, n.HTTP, chief)
	set := critical.ExampleSets()[0]
	if _, err := boss.Draft(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	if _, err := boss.Approve(t.Context(), wire.ApproveBody{Limits: set.ID, Version: set.Version}); err != nil {
		t.Fatal(err)
	}
}

// person is a technician to be admitted.
func person(login string) roster.Person {
	return roster.Person{Login: login, Name: "A. " + login, Role: roster.Technician}
}

func post(t testing.TB, to string, body any) {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %s", to, res.Status)
	}
}

// signIn signs somebody of the test's laboratory in.
func signIn(t testing.TB, at, login string) *client.Client {
	t.Helper()
	c, err := client.Dial(t.Context(), at, client.Credentials{Login: login, Password: passwordOf(login)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// valueSent is the potassium of every message that the tests make, critical under ARUP's limits.
const valueSent = "7.1"

// potassium is an ORU^R01 of one patient, ward ICU-2, with a potassium; id is its control id, and makes its patient.
func potassium(id string) []byte {
	at := time.Now().UTC().Format("20060102150405")
	return []byte(strings.Join([]string{
		`MSH|^~\&|LIS|HOSP|READBACK|LAB|` + at + `+0000||ORU^R01|` + id + `|P|2.5.1`,
		`PID|1||P` + id + `^^^HOSP^MR||Muster^Mia^` + id + `||19700101|F`,
		`PV1|1|I|ICU-2^12^1`,
		`ORC|RE|PL` + id + `|FI` + id,
		`OBR|1|PL` + id + `|FI` + id + `|2823-3^Potassium^LN|||` + at + `+0000|||||||||||||||` + at + `+0000|||F`,
		`OBX|1|NM|2823-3^Potassium^LN||` + valueSent + `|mmol/L|3.5-5.1|HH|||F|||` + at + `+0000`,
	}, "\r") + "\r")
}

// tailOf is what is read back of the identifier in potassium(id).
func tailOf(id string) string {
	all := "P" + id
	return all[max(0, len(all)-4):]
}

// send sends a message on a connection of its own, and returns the code of the answer.
func send(ctx context.Context, at string, raw []byte) (hl7.Answer, error) {
	c, err := hl7.Dial(ctx, at, nil)
	if err != nil {
		return hl7.Answer{}, err
	}
	defer c.Close() //nolint:errcheck // answered, or failed already
	ack, err := c.Send(ctx, raw)
	if err != nil {
		return hl7.Answer{}, err
	}
	return hl7.ParseAnswer(ack)
}

// mustSend sends a message, which must be acknowledged.
func mustSend(t testing.TB, at string, raw []byte) {
	t.Helper()
	a, err := send(t.Context(), at, raw)
	if err != nil || a.Code != "AA" {
		t.Fatalf("the message is answered %+v, %v; want AA", a, err)
	}
}

// callOf returns the open or finished call of potassium(id) as somebody sees it; false if there is none.
func callOf(t testing.TB, c *client.Client, id string) (wire.Call, bool) {
	t.Helper()
	all := callsOf(t, c, 48)
	for _, call := range append(all.Calls, all.Finished...) {
		if len(call.Patient.Identifiers) > 0 && call.Patient.Identifiers[0] == "P"+id {
			return call, true
		}
	}
	return wire.Call{}, false
}

// callsOf returns the calls that somebody sees. Who waits for something may ask faster than a person may: then it waits.
func callsOf(t testing.TB, c *client.Client, hours int) (all wire.Calls) {
	t.Helper()
	until(t, "the calls are told", func() bool {
		var err error
		all, err = c.Calls(t.Context(), hours)
		if err != nil && !errors.Is(err, wire.ErrSlowDown) {
			t.Fatal(err)
		}
		return err == nil
	})
	return all
}

// answer is a right read-back of a call.
func answer(call wire.Call) wire.ReadBackBody {
	b := wire.ReadBackBody{Call: call.ID, Version: call.Version, Values: map[string]string{}, Entered: "keyed"}
	for _, r := range call.Results {
		b.Values[r.ID] = r.Value
	}
	if len(call.Patient.Identifiers) > 0 {
		first := call.Patient.Identifiers[0]
		b.Tail = first[max(0, len(first)-4):]
	}
	return b
}
