package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

type exemptCmd struct {
	List exemptListCmd `cmd:"" default:"withargs" help:"Those in force."`
	Add  exemptAddCmd  `cmd:"" help:"Keep repeats of a patient's test from being called for a time; never the first, nor a more extreme one."`
	End  exemptEndCmd  `cmd:"" help:"End one: everything critical is called again."`
}

type exemptListCmd struct {
	Remote

	JSON bool `name:"json" help:"As JSON."`
}

// Run lists exemptions.
func (c exemptListCmd) Run(ctx context.Context, s streams) error {
	cl, zone, err := c.dialZone(ctx, s)
	if err != nil {
		return err
	}
	all, err := cl.Exemptions(ctx)
	return shown(s, err, c.JSON, all, func() error {
		for _, x := range all.Exemptions {
			fmt.Fprintf(s.out, "%s %s of %s until %s, for %s, by %s\n", x.ID, x.Test, plain(strings.Join(x.Patient.Identifiers, ", ")),
				x.Until.In(zone).Format(time.DateTime), x.Physician.Name, x.By.Name)
		}
		if len(all.Exemptions) == 0 {
			return said(s, nil, "No exemption is in force.")
		}
		return nil
	})
}

type exemptAddCmd struct {
	Remote

	Patient   string        `name:"patient" required:"" placeholder:"NUMBER" help:"A number of the patient."`
	Assigner  string        `name:"assigner" placeholder:"NAME" help:"Who gave the number, where several patients have it."`
	Test      string        `name:"test" required:"" placeholder:"LOINC" help:"The test."`
	Physician string        `name:"physician" required:"" placeholder:"ID" help:"Who wants it."`
	For       time.Duration `name:"for" default:"168h" help:"How long, at most 2160h."`
	Reason    string        `name:"reason" required:"" placeholder:"TEXT" help:"Why."`
	JSON      bool          `name:"json" help:"As JSON."`
}

// Run adds an exemption.
func (c exemptAddCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	x, err := cl.Exempt(ctx, wire.ExemptBody{
		Patient: c.Patient, Assigner: c.Assigner, Test: c.Test, Physician: c.Physician, Until: time.Now().Add(c.For), Reason: c.Reason,
	})
	return shown(s, err, c.JSON, x, func() error { return said(s, nil, fmt.Sprintf("exempt, entry %d: %s", x.First, x.ID)) })
}

type exemptEndCmd struct {
	Remote

	ID string `arg:"" help:"The exemption."`
}

// Run ends an exemption.
func (c exemptEndCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	r, err := cl.Rearm(ctx, c.ID)
	return said(s, err, fmt.Sprintf("ended, entry %d", r.First))
}

type factorCmd struct {
	Remote

	Patient  string        `name:"patient" required:"" placeholder:"NUMBER" help:"A number of the patient."`
	Assigner string        `name:"assigner" placeholder:"NAME" help:"Who gave the number, where several patients have it."`
	Factor   string        `name:"factor" required:"" placeholder:"CODE" help:"What a limit set asks for, such as dialysis."`
	Has      string        `name:"has" required:"" enum:"yes,no,unknown" help:"yes, no or unknown."`
	For      time.Duration `name:"for" default:"720h" help:"How long it is known, at most a year."`
	JSON     bool          `name:"json" help:"As JSON."`
}

// Run notes a factor.
func (c factorCmd) Run(ctx context.Context, s streams) error {
	cl, zone, err := c.dialZone(ctx, s)
	if err != nil {
		return err
	}
	b := wire.FactorBody{Patient: c.Patient, Assigner: c.Assigner, Factor: c.Factor, Has: c.Has}
	if c.Has != "unknown" {
		b.Until = time.Now().Add(c.For)
	}
	known, err := cl.Factor(ctx, b)
	return shown(s, err, c.JSON, known, func() error {
		for _, f := range known.Factors {
			fmt.Fprintf(s.out, "%s: %s until %s, by %s\n", f.Factor, f.Has, f.Until.In(zone).Format(time.DateTime), f.By.Name)
		}
		return said(s, nil, fmt.Sprintf("noted, entry %d", known.First))
	})
}
