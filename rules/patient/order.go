package patient

// Ordered says who ordered what a laboratory will report under an order
// number: results often come without it, and are called to the one who
// ordered them, not to whoever ordered something else since. It changes
// nothing in the book; who needs it asks for the past of the order.
type Ordered struct {
	Patient  string `json:"patient"`
	Placer   string `json:"placer,omitempty"` // order/…, of the number that who ordered gave
	Filler   string `json:"filler,omitempty"` // order/…, of the laboratory's number
	Ordering string `json:"ordering"`         // the sender's staff code
}

// Kind is "patient.ordered".
func (*Ordered) Kind() string { return "patient.ordered" }

// About is the patient and the order under its numbers.
func (e *Ordered) About() []string {
	out := []string{e.Patient}
	for _, order := range []string{e.Placer, e.Filler} {
		if order != "" {
			out = append(out, order)
		}
	}
	return out
}

// Enclosure is nil: nothing of it is sealed.
func (*Ordered) Enclosure() any { return nil }
