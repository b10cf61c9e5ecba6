package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/wire"
)

// analyzers are what the laboratory shares. The two of chemistry stand in for one another; the blood gas analyzer is
// shared by everybody, up to its tests an hour.
var analyzers = []equipment.Instrument{
	{ID: "instrument/chem-1", Name: "Chemistry 1", Section: "chemistry", Group: "chemistry", Warmup: 10, Cleanup: 5, Assays: []string{"NA", "K", "CL", "CREA", "GLU", "CA", "TNI"}},
	{ID: "instrument/chem-2", Name: "Chemistry 2", Section: "chemistry", Group: "chemistry", Warmup: 10, Cleanup: 5, Assays: []string{"NA", "K", "CL", "CREA", "GLU", "CA", "TNI"}},
	{ID: "instrument/hema-1", Name: "Hematology 1", Section: "hematology", Warmup: 5, Assays: []string{"HGB", "WBC", "PLT"}},
	{ID: "instrument/coag-1", Name: "Coagulation 1", Section: "coagulation", Warmup: 15, Assays: []string{"INR", "APTT"}},
	{ID: "instrument/bga-1", Name: "Blood gas 1", Section: "emergency", Shared: true, Capacity: 20, Assays: []string{"PH", "PCO2", "PO2"}},
}

// work is a booking, in minutes from the next full half hour.
type work struct {
	owner, instrument string
	from, to, demand  int
	purpose           equipment.Purpose
	assays            []string
}

// worked is what is booked on the day on which the demonstration begins.
var worked = []work{
	{desk, "instrument/chem-1", 0, 120, 0, equipment.Routine, []string{"NA", "K", "CREA"}},
	{"feld", "instrument/chem-1", 180, 240, 0, equipment.Calibration, nil},
	{"feld", "instrument/chem-2", 30, 90, 0, equipment.Batch, []string{"TNI"}},
	{"feld", "instrument/hema-1", 0, 60, 0, equipment.Control, nil},
	{night, "instrument/hema-1", 90, 210, 0, equipment.Routine, []string{"HGB", "WBC", "PLT"}},
	{desk, "instrument/coag-1", 60, 180, 0, equipment.Routine, []string{"INR", "APTT"}},
	{desk, "instrument/bga-1", 0, 240, 8, equipment.Stat, []string{"PH", "PCO2", "PO2"}},
	{"feld", "instrument/bga-1", 60, 120, 6, equipment.Training, nil},
}

// equip lists the analyzers that are missing and, where nothing is booked yet, says who may run them and books them.
func equip(ctx context.Context, c Config) error {
	boss, err := c.as(ctx, supervisor)
	if err != nil {
		return err
	}
	board, err := boss.Board(ctx, time.Time{}, time.Time{})
	if err != nil {
		return fmt.Errorf("board: %w", err)
	}
	there := map[string]bool{}
	for _, i := range board.Instruments {
		there[i.ID] = true
	}
	fresh := 0
	for _, i := range analyzers {
		if there[i.ID] {
			continue
		}
		i.Zone = c.zoneName()
		if _, err := boss.Instrument(ctx, wire.InstrumentBody{Instrument: i}); err != nil {
			return fmt.Errorf("list %s: %w", i.ID, err)
		}
		fresh++
	}
	if fresh > 0 {
		c.Log(fmt.Sprintf("%d shared analyzers listed by %s", fresh, nameOf("person/"+supervisor)))
	}
	if len(board.Bookings) > 0 {
		return nil
	}
	return book(ctx, c, boss, board.Now)
}

// book says who may run the analyzers, and books them.
func book(ctx context.Context, c Config, boss *client.Client, now time.Time) error {
	for _, login := range []string{desk, night, "feld"} {
		for _, i := range analyzers {
			may := equipment.Competency{Person: "person/" + login, Instrument: i.ID, From: now.AddDate(0, -6, 0), Until: now.AddDate(0, 6, 0)}
			if _, err := boss.Competence(ctx, wire.CompetenceBody{Competency: may}); err != nil {
				return fmt.Errorf("competence of %s: %w", login, err)
			}
		}
	}
	start := now.Truncate(30 * time.Minute).Add(30 * time.Minute)
	for _, w := range worked {
		_, err := boss.Book(ctx, wire.BookBody{
			Items: []equipment.Item{{Instrument: w.instrument, Demand: w.demand}}, Owner: "person/" + w.owner, Purpose: w.purpose, Assays: w.assays,
			Start: start.Add(time.Duration(w.from) * time.Minute), End: start.Add(time.Duration(w.to) * time.Minute),
		})
		if err != nil {
			return fmt.Errorf("book %s: %w", w.instrument, err)
		}
	}
	c.Log(fmt.Sprintf("%d bookings of them for today", len(worked)))
	return nil
}

// zoneName is the zone of the analyzers' days; the local one has no name that a ledger could keep.
func (c Config) zoneName() string {
	if name := c.Zone.String(); name != "Local" {
		return name
	}
	return "UTC"
}
