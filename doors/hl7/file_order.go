package hl7

import (
	"slices"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/patient"
)

// ordersOf reads the orders that a group names, in its order.
func ordersOf(g Patient) []order {
	var out []order
	for _, o := range g.Orders {
		is := order{
			placer: orderNumber(o.OBR.Field(2), o.ORC.Field(2)), filler: orderNumber(o.OBR.Field(3), o.ORC.Field(3)), by: orderedBy(o),
		}
		if (is.placer != "" || is.filler != "") && !slices.Contains(out, is) {
			out = append(out, is)
		}
	}
	return out
}

// order is the id of a patient's order under one of its numbers, empty without one. An order number alone says little:
// senders count from 1.
func (k ids) order(whose, kind, number string) string {
	if whose == "" || number == "" {
		return ""
	}
	return k.of("order", whose, kind, number)
}

// ordersOf returns the subjects under which the ledger may know who ordered what a message tells of a patient.
func (k ids) ordersOf(s *lab.State, t told) (out []string) {
	add := func(o order) {
		for _, h := range slices.Compact([]string{t.handle, s.Patients.Handle(t.handle)}) {
			for _, id := range []string{k.order(h, "placer", o.placer), k.order(h, "filler", o.filler)} {
				if id != "" && !slices.Contains(out, id) {
					out = append(out, id)
				}
			}
		}
	}
	for _, r := range t.reports {
		if r.Ordering == "" {
			add(order{placer: r.Sealed.Placer, filler: r.Sealed.Filler})
		}
	}
	if len(t.reports) == 0 {
		for _, o := range t.orders {
			add(o)
		}
	}
	return out
}

// fileOrders records who ordered, where the ledger does not know it.
func (f *filing) fileOrders(t told) {
	if t.handle == "" {
		return
	}
	for _, o := range t.orders {
		if o.by == "" {
			continue
		}
		known, ok := f.orderer(t.handle, o)
		if !ok || known == o.by {
			continue
		}
		f.add(&patient.Ordered{
			Patient: f.view.Patients.Handle(t.handle), Ordering: o.by,
			Placer: f.ids.order(t.handle, "placer", o.placer), Filler: f.ids.order(t.handle, "filler", o.filler),
		})
	}
}

// orderers gives the results that do not say who ordered them the one whom their order named.
func (f *filing) orderers(t *told) {
	t.reports = slices.Clone(t.reports)
	for i := range t.reports {
		r := &t.reports[i]
		if r.Ordering != "" {
			continue
		}
		r.Ordering, _ = f.orderer(t.handle, order{placer: r.Sealed.Placer, filler: r.Sealed.Filler})
	}
}

// orderer is who placed an order, as far as the ledger knows: the placer's number is asked first. An order placed under
// a number that was merged since is found under the number that the message has, or under the survivor's.
// Not ok means that the past is being asked for.
func (f *filing) orderer(handle string, o order) (by string, ok bool) {
	ok = true
	for _, h := range slices.Compact([]string{handle, f.view.Patients.Handle(handle)}) {
		for _, id := range []string{f.ids.order(h, "placer", o.placer), f.ids.order(h, "filler", o.filler)} {
			if id == "" {
				continue
			}
			past, have := f.past(id)
			ok = ok && have
			for _, p := range slices.Backward(past) {
				if e, is := p.Event.(*patient.Ordered); is && by == "" {
					by = e.Ordering
				}
			}
		}
	}
	return by, ok
}
