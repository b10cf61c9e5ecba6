package wire

import (
	"strings"

	"github.com/seed-909bec58/readback/rules/critical"
)

// commas are the languages whose decimal mark is a comma, by CLDR; points are the regions that differ from them.
const (
	commas = " af az be bg bs ca cs da de el es et eu fi fo fr gl hr hu hy id is it ka kk kl ky lb lt lv mk mn nb nl nn no pl pt ro ru sk sl sq sr sv tr uk uz vi "
	points = " de-ch de-li it-ch es-us es-mx es-gt es-hn es-sv es-ni es-pa es-do es-pr es-pe "
)

// LocaleOf returns how numbers are written where a BCP 47 language tag is spoken. An unknown tag has a decimal point.
func LocaleOf(tag string) critical.Locale {
	parts := strings.Split(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	if parts[0] == "" || strings.ContainsAny(parts[0], " ") {
		return critical.Locale{}
	}
	region := parts[len(parts)-1]
	if strings.Contains(points, " "+parts[0]+"-"+region+" ") {
		return critical.Locale{}
	}
	return critical.Locale{Comma: strings.Contains(commas, " "+parts[0]+" ")}
}
