package e2e_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// as is the environment in which a verb signs in as somebody.
func as(login string) []string {
	return []string{"READBACK_LOGIN=" + login, "READBACK_PASSWORD=" + passwordOf(login)}
}

// onlyCall returns the one open call that somebody sees whose first identifier is as given.
func onlyCall(t testing.TB, c *client.Client, identifier string) wire.Call {
	t.Helper()
	var found wire.Call
	until(t, "a call about "+identifier, func() bool {
		for _, call := range callsOf(t, c, 0).Calls {
			if slices.Contains(call.Patient.Identifiers, identifier) {
				found = call
				return true
			}
		}
		return false
	})
	return found
}

func TestRealResultIsCalledReadBackClosedAndProvedOffline(t *testing.T) {
	message, err := os.ReadFile(corpusFile(t, "100_hapi_ORUR01.hl7"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	n := serve(t, "--data", dir)
	furnish(t, n, 600)
	boss := signIn(t, n.HTTP, sue)
	_, err = boss.Map(t.Context(), wire.MapBody{
		Sender: "labgl1", Code: "1001449", Test: critical.Test{LOINC: "2744-1", Label: "pH arterial", Unit: "[pH]", Specimen: "arterial blood"},
	})
	if err != nil {
		t.Fatal(err)
	}
	bench := follow(t, signIn(t, n.HTTP, tech))
	mustSend(t, n.MLLP, message)
	mustSend(t, n.MLLP, potassium("S0001"))
	mustSend(t, n.MLLP, message) // sent again by its sender: acknowledged, and nothing new

	doctor := signIn(t, n.HTTP, lee)
	call := onlyCall(t, doctor, "T12345")
	if len(call.Results) != 1 || call.Results[0].Value != "7.20" || call.Results[0].LOINC != "2744-1" || !strings.Contains(call.Results[0].Why, "7.25") {
		t.Errorf("the call has the results %+v; want the pH of 7.20 alone, and why", call.Results)
	}
	listed := runWith(t, as(lee), "", "calls", "--data", dir)
	if listed.code != 0 || !strings.Contains(listed.out, call.Ref) || !strings.Contains(listed.out, "7.20") || strings.Count(listed.out, "\n") != 2 {
		t.Errorf("calls: %d\n%s%s", listed.code, listed.out, listed.errs)
	}

	wrong := runWith(t, as(lee), "", "read-back", call.Ref, "--value", "7.02", "--tail", "2345", "--data", dir)
	if wrong.code != 1 || strings.Contains(wrong.errs, "7.20") {
		t.Errorf("a wrong read-back: %d, %s; want 1, and not the true value", wrong.code, wrong.errs)
	}
	bench.sees(t, "critical.mismatched", call.ID)
	if still := onlyCall(t, doctor, "T12345"); still.Standing != "open" || still.Mismatches != 1 {
		t.Errorf("after a wrong read-back the call is %s with %d mismatches", still.Standing, still.Mismatches)
	}
	right := runWith(t, as(lee), "7.20\n2345\n", "read-back", strings.ToLower(call.Ref), "--data", dir)
	if right.code != 0 {
		t.Fatalf("a right read-back: %d, %s", right.code, right.errs)
	}
	closed := bench.sees(t, "critical.closed", call.ID)
	potassiumCall := onlyCall(t, doctor, "PS0001")
	if _, err := doctor.ReadBack(t.Context(), answer(potassiumCall)); err != nil {
		t.Errorf("the potassium's read-back: %v", err)
	}
	bench.sees(t, "critical.closed", potassiumCall.ID)
	bench.inOrder(t)

	verified(t, "--data", dir) // beside the running server
	file := filepath.Join(t.TempDir(), "receipt.json")
	taken := run(t, "receipt", call.Ref, "--data", dir, "--out", file)
	if taken.code != 0 {
		t.Fatalf("receipt: %s", taken.errs)
	}
	_, key, ok := strings.Cut(taken.out, "--key '")
	key, _, ended := strings.Cut(key, "'")
	if !ok || !ended {
		t.Fatalf("receipt names no key: %s", taken.out)
	}
	if code := n.stop(t); code != 0 {
		t.Errorf("stop: %d", code)
	}
	verified(t, "--data", dir)
	receipt, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(receipt) > 2048 {
		t.Errorf("the receipt has %d bytes, want at most 2048", len(receipt))
	}
	checked := run(t, "check-receipt", file, "--key", key)
	if checked.code != 0 || !strings.Contains(checked.out, "critical.closed") || !strings.Contains(checked.out, "entry "+strconv.FormatInt(int64(closed.Seq), 10)+" ") {
		t.Errorf("check-receipt: %d, %s%s", checked.code, checked.out, checked.errs)
	}
	changedReceipts(t, receipt, key)
}

// changedReceipts changes each byte of a receipt, one at a time: none of the changed ones is proved to say another thing.
func changedReceipts(t *testing.T, receipt []byte, key string) {
	t.Helper()
	true1, err := client.CheckReceipt(receipt, key)
	if err != nil {
		t.Fatal(err)
	}
	for i := range receipt {
		changed := bytes.Clone(receipt)
		changed[i] ^= 1
		if got, err := client.CheckReceipt(changed, key); err == nil && i < len(receipt)-1 {
			t.Errorf("byte %d of the receipt (%q) changed, and it is still proved: %s", i, receipt[max(0, i-10):min(len(receipt), i+10)], got.Kind)
		} else if err == nil && !bytes.Equal(got.Leaf, true1.Leaf) {
			t.Errorf("byte %d of the receipt changed, and another entry is proved", i)
		}
	}
	for _, i := range []int{1, len(receipt) / 3, len(receipt) / 2, len(receipt) * 3 / 4, len(receipt) - 3} {
		changed := bytes.Clone(receipt)
		changed[i] ^= 4
		file := filepath.Join(t.TempDir(), "changed.json")
		if err := os.WriteFile(file, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if c := run(t, "check-receipt", file, "--key", key); c.code != 1 || c.errs == "" || strings.Contains(c.out, "proved") {
			t.Errorf("check-receipt with byte %d changed: %d, %s%s", i, c.code, c.out, c.errs)
		}
	}
}

// corpusFile returns the path of a message of the corpus by its name.
func corpusFile(t testing.TB, name string) string {
	t.Helper()
	var found string
	root := filepath.Join(need.Corpus(t), "hl7")
	err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if filepath.Base(path) == name {
			found = path
		}
		return err
	})
	if err != nil || found == "" {
		t.Fatalf("%s is not in the corpus: %v", name, err)
	}
	return found
}

func TestCallThatNobodyAnswersClimbsToTheDesk(t *testing.T) {
	dir := t.TempDir()
	n := serve(t, "--data", dir)
	furnish(t, n, 1)
	first, second, bench := follow(t, signIn(t, n.HTTP, lee)), follow(t, signIn(t, n.HTTP, okaf)), follow(t, signIn(t, n.HTTP, tech))
	mustSend(t, n.MLLP, potassium("U0001"))
	opened := bench.sees(t, "critical.opened", "")
	call := opened.About[0]
	first.sees(t, "critical.called", call)
	until(t, "the desk is called", func() bool {
		c, ok := callOf(t, signInOnce(t, n, tech), "U0001")
		return ok && len(c.Rungs) >= 3
	})
	c, _ := callOf(t, signInOnce(t, n, tech), "U0001")
	asked := []string{c.Rungs[0].To[0].Name, c.Rungs[1].To[0].Name, c.Rungs[2].Ask}
	if want := []string{"Dr Mina Lee", "Dr Ada Okafor", "desk"}; !slices.Equal(asked, want) {
		t.Errorf("asked were %v, want %v", asked, want)
	}
	second.sees(t, "critical.called", call)
	// Who is called last may still answer, and the ladder ends with that.
	if _, err := signIn(t, n.HTTP, okaf).ReadBack(t.Context(), answer(c)); err != nil {
		t.Errorf("the second one's read-back: %v", err)
	}
	for _, f := range []*follower{first, second, bench} {
		f.sees(t, "critical.closed", call)
		f.inOrder(t)
	}
	n.stop(t)
	tellDir(t, dir).rungsAreOnce(t)
}

// signInOnce signs in at a node once for all askings of a test.
func signInOnce(t testing.TB, n *node, login string) *client.Client {
	t.Helper()
	if n.people == nil {
		n.people = map[string]*client.Client{}
	}
	if n.people[login] == nil {
		n.people[login] = signIn(t, n.HTTP, login)
	}
	return n.people[login]
}

func TestDemonstrationServesItselfAndStops(t *testing.T) {
	n := start(t, "demo", "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0", "--pace", "300ms", "--data", filepath.Join(t.TempDir(), "demo"))
	if len(n.Signins) < 5 {
		t.Fatalf("the ready line has the sign-ins %+v", n.Signins)
	}
	var bench *client.Client
	for _, s := range n.Signins {
		c, err := client.Dial(t.Context(), n.HTTP, client.Credentials{Login: s.Login, Password: s.Password})
		if err != nil {
			t.Fatalf("%s cannot sign in: %v", s.Login, err)
		}
		if s.Role == "technician" {
			bench = c
		}
	}
	until(t, "the hospital feeds itself until there is a call", func() bool {
		all := callsOf(t, bench, 1)
		return len(all.Calls)+len(all.Finished) > 0
	})
	mustSend(t, n.MLLP, potassium("D0001"))
	onlyCall(t, bench, "PD0001")
	if code := n.stop(t); code != 0 {
		t.Errorf("stop: %d", code)
	}
}
