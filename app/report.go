package app

import (
	"context"
	"fmt"
	"io"

	"github.com/seed-909bec58/readback/wire"
)

type reportCmd struct {
	Remote

	Patient   string   `name:"patient" required:"" placeholder:"NUMBER" help:"A number of the patient."`
	Assigner  string   `name:"assigner" placeholder:"NAME" help:"Who gave the number, where several patients have it."`
	Name      string   `name:"name" placeholder:"TEXT" help:"Of a patient whom nobody knows yet."`
	Born      string   `name:"born" placeholder:"YYYY-MM-DD" help:"Of a patient whom nobody knows yet."`
	Unit      string   `name:"unit" placeholder:"CODE" help:"Unit of care, of a patient whom nobody knows yet."`
	Test      string   `name:"test" required:"" placeholder:"CODE" help:"LOINC, or a code that is mapped."`
	Value     string   `name:"value" placeholder:"TEXT" help:"The result; in words where the limits list findings."`
	Measure   string   `name:"measure" placeholder:"UNIT" help:"The value's unit."`
	Accession string   `name:"accession" placeholder:"NUMBER" help:"The specimen's number: the same one again is the same result."`
	Status    string   `name:"status" default:"F" enum:"F,P,C,W" help:"F final, P preliminary, C corrects, W takes back."`
	Note      []string `name:"note" placeholder:"TEXT" help:"What there is to say, such as haemolysed."`
	Try       bool     `name:"try" help:"Say what the limits make of it; records nothing."`
	JSON      bool     `name:"json" help:"As JSON."`
}

// Run reports a result by hand, or says what would become of it.
func (c reportCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	body := wire.ResultBody{
		Patient: c.Patient, Assigner: c.Assigner, Name: c.Name, Born: c.Born, Unit: c.Unit, Test: c.Test, Value: c.Value, Measure: c.Measure,
		Accession: c.Accession, Status: c.Status, Notes: c.Note,
	}
	if c.Try {
		v, err := cl.TryResult(ctx, body)
		return shown(s, err, c.JSON, v, func() error {
			held := ""
			if v.Held != "" {
				held = ", and the bench would look at it first: " + v.Held
			}
			_, err := fmt.Fprintf(s.out, "%s of %s, %s: %s, %s%s\n", plain(v.Label), plain(v.Patient.Name), plain(v.Place), v.Outcome, plain(v.Why), held)
			return err
		})
	}
	r, err := cl.Report(ctx, body)
	return shown(s, err, c.JSON, r, func() error { return printReported(s.out, r) })
}

func printReported(w io.Writer, r wire.Reported) error {
	say := r.Outcome
	switch {
	case r.Repeat:
		say += ", and was told before"
	case r.Held != "":
		say += ", the bench looks at it first: " + r.Held + ", " + r.Ref
	case r.Work != "" && r.Call == "":
		say += ", and waits for a person: " + r.Work
	case r.Call != "":
		say += ", called as " + r.Ref
	}
	_, err := fmt.Fprintf(w, "reported, entry %d: %s\n", r.First, say)
	return err
}
