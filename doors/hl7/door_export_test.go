package hl7

// Break makes every decision about the results of a patient whose age is known fail, as a fault of this program would.
func (d *Door) Break() { d.zone = nil }
