package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// Where the examples' laboratory is, and the key of its checkpoints. TestExamples sets them.
var (
	address string
	key     string
	show    = func(format string, a ...any) { fmt.Printf(format+"\n", a...) }
)

// A clinician reads a critical result back: wrongly, then rightly.
func Example() {
	ctx := context.Background()
	lee, err := client.Dial(ctx, address, client.Credentials{Login: "lee", Password: password})
	if err != nil {
		log.Fatal(err)
	}
	open, err := lee.Calls(ctx, 0)
	if err != nil {
		log.Fatal(err)
	}
	call := open.Calls[0]
	typed := wire.ReadBackBody{
		Call: call.ID, Version: call.Version, Tail: "0815", Entered: "keyed", Locale: "en-GB",
		Values: map[string]string{call.Results[0].ID: "6.1"},
	}
	_, err = lee.ReadBack(ctx, typed)
	var differs *wire.Problem
	if errors.As(err, &differs) && differs.Code == "mismatch" {
		show("the potassium differs")
	}
	typed.Values[call.Results[0].ID] = call.Results[0].Value
	done, err := lee.ReadBack(ctx, typed)
	if err != nil {
		log.Fatal(err)
	}
	show("closed by %s", done.Owner.Name)
}

// A technician's screen follows what happens, from what is open now.
func ExampleClient_Follow() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tech, err := client.Dial(ctx, address, client.Credentials{Login: "tech", Password: password})
	if err != nil {
		log.Fatal(err)
	}
	for e, err := range tech.Follow(ctx, client.Now) {
		switch {
		case err != nil:
			log.Fatal(err)
		case e.Start != nil: // at the beginning, and whenever the client must start over
			show("%d open call", len(e.Start.Calls))
			lee, err := client.Dial(ctx, address, client.Credentials{Login: "lee", Password: password})
			if err != nil {
				log.Fatal(err)
			}
			if _, err := lee.Seen(ctx, e.Start.Calls[0].ID, e.Start.Calls[0].Version); err != nil {
				log.Fatal(err)
			}
		default:
			show("%s of %s by %s", e.Kind, e.About[0], e.By)
			return
		}
	}
}

// A receipt proves offline that an entry stands in the ledger.
func ExampleCheckReceipt() {
	ctx := context.Background()
	tech, err := client.Dial(ctx, address, client.Credentials{Login: "tech", Password: password})
	if err != nil {
		log.Fatal(err)
	}
	receipt, err := tech.Receipt(ctx, 1)
	if err != nil {
		log.Fatal(err)
	}
	// Later, elsewhere, without the server; key is the public half of the site's checkpoint key.
	entry, err := client.CheckReceipt(receipt, key)
	if err != nil {
		log.Fatal(err)
	}
	show("entry %d is %s", entry.Seq, entry.Kind)
}

// An administrator admits a physician.
func ExampleClient_Admit() {
	ctx := context.Background()
	root, err := client.Dial(ctx, address, client.Credentials{Login: "root", Password: password})
	if err != nil {
		log.Fatal(err)
	}
	id, err := root.Admit(ctx, roster.Person{Login: "new", Name: "Dr New", Role: roster.Clinician, Receives: true}, "a long first password")
	if err != nil {
		log.Fatal(err)
	}
	people, err := root.People(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range people {
		if p.ID == id && p.Receives {
			show("%s may receive read-backs", p.Name)
		}
	}
}

// What the server refuses is a *wire.Problem: a code for programs, sentences for people, and facts.
func ExampleClient_Do() {
	ctx := context.Background()
	chief, err := client.Dial(ctx, address, client.Credentials{Login: "chief", Password: password})
	if err != nil {
		log.Fatal(err)
	}
	end := wire.EndBody{Call: "7QK001", Version: 1, Reason: "told-in-person"}
	if err := chief.Do(ctx, wire.DoEnd, client.NewKey(), end, nil); err != nil {
		log.Fatal(err)
	}
	end.Call = "call/m1/1" // by its reference it can be found only while it is open
	err = chief.Do(ctx, wire.DoEnd, client.NewKey(), end, nil)
	if p, ok := errors.AsType[*wire.Problem](err); ok {
		say, _, _ := strings.Cut(p.Say, " at ")
		show("%s: %s", p.Code, say)
	}
}

// A supervisor publishes a roster.
func ExampleClient_Publish() {
	ctx := context.Background()
	sue, err := client.Dial(ctx, address, client.Credentials{Login: "sue", Password: password})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := sue.Publish(ctx, *hospital.Published(time.Now())); err != nil {
		log.Fatal(err)
	}
	duty, err := sue.Roster(ctx)
	if err != nil {
		log.Fatal(err)
	}
	show("published; %d people are on duty", len(duty.Duty))
}

// A clinician says that the call is hers, and that she would rather be telephoned.
func ExampleClient_Take() {
	ctx := context.Background()
	lee, err := client.Dial(ctx, address, client.Credentials{Login: "lee", Password: password})
	if err != nil {
		log.Fatal(err)
	}
	call, err := lee.Call(ctx, "7QK001")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := lee.Take(ctx, wire.TakeBody{Call: call.ID, Version: call.Version, How: "call-me", At: "extension 4711"}); err != nil {
		log.Fatal(err)
	}
	if call, err = lee.Call(ctx, call.ID); err != nil {
		log.Fatal(err)
	}
	show("%s has it; the desk telephones %s", call.Taken.By.Name, call.Task.Phone)
}

// A clinician who is asked about a patient of somebody else's passes the call on: the next one is called at once.
func ExampleClient_PassOn() {
	ctx := context.Background()
	lee, err := client.Dial(ctx, address, client.Credentials{Login: "lee", Password: password})
	if err != nil {
		log.Fatal(err)
	}
	next, err := lee.PassOn(ctx, wire.PassOnBody{Call: "7QK001", Version: 1, Reason: "not-my-patient"})
	if err != nil {
		log.Fatal(err)
	}
	show("now %s is asked", next.To[0].Name)
}

// A technician telephones: says the values, and types what the receiver repeats.
func ExampleClient_Telephone() {
	ctx := context.Background()
	tech, err := client.Dial(ctx, address, client.Credentials{Login: "tech", Password: password})
	if err != nil {
		log.Fatal(err)
	}
	call, err := tech.Call(ctx, "7QK001")
	if err != nil {
		log.Fatal(err)
	}
	attempt, err := tech.TelephoneBegin(ctx, wire.TelephoneBody{Call: call.ID, Version: call.Version, At: "ward, extension 12"})
	if err != nil {
		log.Fatal(err)
	}
	done, err := tech.Telephone(ctx, wire.HeardBody{
		Call: call.ID, Version: call.Version, Attempt: attempt, Tail: "0815", Entered: "keyed", Locale: "en-GB",
		Values:   map[string]string{call.Results[0].ID: call.Results[0].Value},
		Receiver: wire.Receiver{Name: "Nora Night", Role: "nurse", Known: "spoken"},
	})
	if err != nil {
		log.Fatal(err)
	}
	show("told to %s by telephone", done.Owner.Name)
}
