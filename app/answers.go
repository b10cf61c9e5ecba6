package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/wire"
)

type takeCmd struct {
	Remote

	Call string `arg:"" help:"The call's reference (7QK2M9) or id."`
	How  string `name:"how" enum:"mine,act,call-me" default:"mine" help:"mine, act (not mine, but I act) or call-me (telephone me)."`
	At   string `name:"at" placeholder:"TEXT" help:"With call-me: where."`
}

// Run takes a call for three minutes.
func (c takeCmd) Run(ctx context.Context, s streams) error {
	cl, call, err := c.call(ctx, s, c.Call)
	if err != nil {
		return err
	}
	if _, err := cl.Take(ctx, wire.TakeBody{Call: call.ID, Version: call.Version, How: c.How, At: c.At}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "taken for 3 minutes: %s; it is not read back yet: readback read-back %s\n", call.Ref, call.Ref)
	return err
}

type passOnCmd struct {
	Remote

	Call   string `arg:"" help:"The call's reference (7QK2M9) or id."`
	Reason string `name:"reason" default:"not-my-patient" help:"not-my-patient, off-duty, busy, wrong-service, transferred, may-not-receive or other, which needs a note."`
	Note   string `name:"note" placeholder:"TEXT" help:"Why, in a few words."`
	To     string `name:"to" placeholder:"ID" help:"A person on duty (person/…); else the ladder asks the next one."`
}

// Run passes a call on.
func (c passOnCmd) Run(ctx context.Context, s streams) error {
	cl, call, err := c.call(ctx, s, c.Call)
	if err != nil {
		return err
	}
	next, err := cl.PassOn(ctx, wire.PassOnBody{Call: call.ID, Version: call.Version, To: c.To, Reason: c.Reason, Note: c.Note})
	if err != nil {
		return err
	}
	var names []string
	for _, n := range next.To {
		names = append(names, plain(n.Name))
	}
	if next.Desk {
		names = append(names, "the laboratory's desk, which telephones")
	}
	_, err = fmt.Fprintf(s.out, "passed on: %s; asked now: %s\n", call.Ref, strings.Join(names, ", "))
	return err
}

type telephoneCmd struct {
	Remote

	Call   string   `arg:"" help:"The call's reference (7QK2M9) or id."`
	Name   string   `name:"name" placeholder:"TEXT" help:"The receiver's first and last name; asked for when missing."`
	Role   string   `name:"role" enum:"physician,nurse,midwife,pharmacist" default:"nurse" help:"The receiver's role: physician, nurse, midwife or pharmacist."`
	Value  []string `name:"value" placeholder:"TEXT" help:"What you heard, for each result in order; asked for when missing."`
	Tail   string   `name:"tail" placeholder:"TEXT" help:"The last four of the identifier as you heard them; asked for when missing."`
	Failed string   `name:"failed" placeholder:"CODE" help:"Nobody was told: no-answer, busy, wrong-patient, refused, off-duty, number-invalid or equipment."`
	At     string   `name:"at" placeholder:"TEXT" help:"The number telephoned."`
}

// Run tells a call by telephone: it shows the script, and takes what the receiver repeats.
func (c telephoneCmd) Run(ctx context.Context, s streams) error {
	cl, call, err := c.call(ctx, s, c.Call)
	if err != nil {
		return err
	}
	attempt, err := cl.TelephoneBegin(ctx, wire.TelephoneBody{Call: call.ID, Version: call.Version, At: c.At})
	if err != nil {
		return err
	}
	if c.Failed != "" {
		if _, err := cl.TelephoneFailed(ctx, wire.TelephoneFailedBody{Call: call.ID, Attempt: attempt, Difficulty: c.Failed}); err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "nobody was told: attempt %d of %s is recorded as %s\n", attempt, call.Ref, c.Failed)
		return err
	}
	body := wire.HeardBody{
		Call: call.ID, Version: call.Version, Attempt: attempt, Values: map[string]string{}, Tail: c.Tail, Entered: "keyed",
		Receiver: wire.Receiver{Name: c.Name, Role: c.Role, Known: "spoken"},
	}
	n := 0
	for _, r := range call.Results {
		if r.Outcome == "withdrawn" {
			continue
		}
		if n < len(c.Value) {
			body.Values[r.ID] = c.Value[n]
		} else if body.Values[r.ID], err = c.hear(s, "Say: "+r.Label+" "+r.Value+" "+r.Unit+". You hear", "each value with --value"); err != nil {
			return err
		}
		n++
	}
	if body.Tail == "" {
		if body.Tail, err = c.hear(s, "Last four of the identifier, as you hear them", "them with --tail"); err != nil {
			return err
		}
	}
	if body.Receiver.Name == "" {
		if body.Receiver.Name, err = c.hear(s, "First and last name of who repeated it", "the name with --name"); err != nil {
			return err
		}
	}
	done, err := cl.Telephone(ctx, body)
	return said(s, err, fmt.Sprintf("told by telephone: %s is closed, entry %d; its proof: readback receipt %d", call.Ref, done.Seq, done.Seq))
}

func (telephoneCmd) hear(s streams, ask, remedy string) (string, error) {
	fmt.Fprintf(s.err, "%s: ", plain(ask))
	return line(s, remedy+", or on standard input")
}

// call signs in and looks at a call.
func (r Remote) call(ctx context.Context, s streams, ref string) (*client.Client, wire.Call, error) {
	cl, err := r.dial(ctx, s)
	if err != nil {
		return nil, wire.Call{}, err
	}
	call, err := cl.Call(ctx, ref)
	return cl, call, err
}
