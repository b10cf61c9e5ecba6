package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/wire"
)

// analyzers are what the demonstration's laboratory shares: two that stand in for one another, and one that does not.
var analyzers = []equipment.Instrument{
	{ID: "instrument/chem-1", Name: "Chemistry 1", Section: "chemistry", Group: "chemistry", Assays: []string{"potassium", "sodium", "glucose"}, Warmup: 10},
	{ID: "instrument/chem-2", Name: "Chemistry 2", Section: "chemistry", Group: "chemistry", Assays: []string{"potassium", "sodium", "glucose"}, Warmup: 10},
	{ID: "instrument/coag-1", Name: "Coagulation 1", Section: "coagulation", Assays: []string{"inr", "aptt"}, Cleanup: 10},
}

// equip lists the analyzers unless some are listed.
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
	for _, i := range analyzers {
		if there[i.ID] {
			continue
		}
		i.Zone = c.Zone.String()
		if _, err := boss.Instrument(ctx, wire.InstrumentBody{Instrument: i}); err != nil {
			return fmt.Errorf("list %s: %w", i.Name, err)
		}
		c.Log(i.Name + " listed as a shared analyzer")
	}
	return nil
}
