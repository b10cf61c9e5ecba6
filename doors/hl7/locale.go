package hl7

import (
	"strings"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// commaCountries are the countries (ISO 3166, three letters and two) where people write a decimal comma.
const commaCountries = " DEU DE AUT AT FRA FR NLD NL BEL BE LUX LU ESP ES PRT PT ITA IT DNK DK NOR NO SWE SE FIN FI ISL IS POL PL CZE CZ SVK SK " +
	"HUN HU ROU RO BGR BG GRC GR HRV HR SVN SI SRB RS EST EE LVA LV LTU LT UKR UA RUS RU TUR TR BRA BR ARG AR CHL CL COL CO IDN ID VNM VN "

// writesCommas tells whether a decimal comma is usual where the sender says it is: by the language of MSH-19, else by
// the country of MSH-17.
func (m *Message) writesCommas() bool {
	msh := m.MSH()
	if language := first(msh.Field(19)); language != "" {
		return wire.LocaleOf(language).Comma
	}
	country := strings.ToUpper(first(msh.Field(17)))
	return country != "" && strings.Contains(commaCountries, " "+country+" ")
}

// commasIn tells whether a decimal comma is to be read in a message's results. HL7 demands a point (v2.5.1 §2.A.45), and
// senders in countries of the comma mostly write one: the comma is believed only where it is usual and a result of the
// message has it. From then on the sender is known for it, and 1.234 is refused in its messages, since it may be a
// thousand and more.
func (d *Door) commasIn(m *Message, r *reading) bool {
	if !m.writesCommas() {
		return false
	}
	has := r.hasComma()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.commas == nil {
		d.commas = map[string]bool{}
	}
	if has && len(d.commas) < maxSenders {
		d.commas[r.sender] = true
	}
	return has || d.commas[r.sender]
}

// hasComma tells whether a result is a number with a decimal comma and cannot be read otherwise.
func (r *reading) hasComma() bool {
	for _, t := range r.patients {
		for _, rep := range t.reports {
			text := rep.Sealed.Value
			if rep.Parts != nil {
				text = rep.Parts[1]
			}
			if !strings.Contains(text, ",") {
				continue
			}
			if _, err := critical.Parse(text, critical.Locale{}); err == nil {
				continue
			}
			if _, err := critical.Parse(text, critical.Locale{Comma: true}); err == nil {
				return true
			}
		}
	}
	return false
}
