package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/wire"
)

// description is the part of an OpenAPI document that the tests read.
type description struct {
	OpenAPI string
	Paths   map[string]map[string]operation
	all     map[string]any // the document as it is, for references
}

type operation struct {
	OperationID string
	Summary     string
	RequestBody *struct{ Content map[string]media }
	Responses   map[string]struct{ Content map[string]media }
}

type media struct {
	Schema  map[string]any
	Example any
}

// description fetches the node's own.
func (h *house) description(t testing.TB) description {
	t.Helper()
	res, text := h.request(t, http.MethodGet, "/api/openapi.json", "")
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/json" {
		t.Fatal(res.Status, text)
	}
	var d description
	for _, into := range []any{&d, &d.all} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	if d.OpenAPI != "3.1.0" {
		t.Errorf("openapi: %q", d.OpenAPI)
	}
	return d
}

// valid tells where a value is not what a schema says, or "".
func (d description) valid(schema map[string]any, v any, at string) string {
	if ref, ok := schema["$ref"].(string); ok {
		found, ok := d.all["components"].(map[string]any)["schemas"].(map[string]any)[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
		if !ok {
			return at + ": there is no " + ref
		}
		return d.valid(found, v, at)
	}
	if choices, ok := schema["anyOf"].([]any); ok {
		for _, one := range choices {
			if d.valid(one.(map[string]any), v, at) == "" {
				return ""
			}
		}
		return at + ": none of anyOf"
	}
	wrong := fmt.Sprintf("%s: %v is no %v", at, v, schema["type"])
	switch schema["type"] {
	case "string":
		text, ok := v.(string)
		if ok && schema["format"] == "date-time" {
			_, err := time.Parse(time.RFC3339, text)
			ok = err == nil
		}
		if pattern, _ := schema["pattern"].(string); !ok || !regexp.MustCompile(pattern).MatchString(text) {
			return wrong
		}
	case "integer":
		if n, ok := v.(float64); !ok || n != float64(int64(n)) {
			return wrong
		}
	case "number":
		if _, ok := v.(float64); !ok {
			return wrong
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return wrong
		}
	case "null":
		if v != nil {
			return wrong
		}
	case "array":
		list, ok := v.([]any)
		if !ok {
			return wrong
		}
		for i, one := range list {
			if bad := d.valid(schema["items"].(map[string]any), one, fmt.Sprint(at, ".", i)); bad != "" {
				return bad
			}
		}
	case "object":
		return d.validObject(schema, v, at)
	case nil:
	default:
		return wrong
	}
	return ""
}

func (d description) validObject(schema map[string]any, v any, at string) string {
	members, ok := v.(map[string]any)
	if !ok {
		return at + ": no object"
	}
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, ok := members[name.(string)]; !ok {
			return fmt.Sprintf("%s: %s is missing", at, name)
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	for name, one := range members {
		s, ok := properties[name].(map[string]any)
		if !ok {
			if s, ok = schema["additionalProperties"].(map[string]any); !ok {
				if schema["additionalProperties"] == false {
					return fmt.Sprintf("%s: %s is unknown", at, name)
				}
				continue
			}
		}
		if bad := d.valid(s, one, at+"."+name); bad != "" {
			return bad
		}
	}
	return ""
}

// typed is a command's name, body and answer in wire, as its comment says.
var typed = regexp.MustCompile(`(?m)^\s*(?:const )?Do\w+\s*=\s*"([a-z.-]+)"\s*// ([\w. ]+) → ([\w.]+)`)

func TestEachCommandIsDescribedByTheTypesThatWireSays(t *testing.T) {
	d := newHouse(t).description(t)
	files, err := filepath.Glob("../wire/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	said := map[string][2]string{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range typed.FindAllStringSubmatch(string(b), -1) {
			said[m[1]] = [2]string{m[2], m[3]}
		}
	}
	ref := func(s map[string]any) string {
		name, _ := s["$ref"].(string)
		return strings.TrimSuffix(strings.TrimPrefix(name, "#/components/schemas/"), ".sent")
	}
	for do := range server.Commands() {
		op, ok := d.Paths["/api/do/"+do]["post"]
		if !ok || op.Summary == "" {
			t.Errorf("%s is not described: give it a row in server/openapi_table.go", do)
			continue
		}
		body := "no body"
		if b := op.RequestBody.Content["application/json"]; ref(b.Schema) != "" {
			body = ref(b.Schema)
		}
		if want, ok := said[do]; ok {
			got := [2]string{body, ref(op.Responses["200"].Content["application/json"].Schema)}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: wire says other than the description (-wire +description):\n%s", do, diff)
			}
		}
	}
	if len(said) < 30 {
		t.Errorf("wire tells of %d commands", len(said))
	}
}

func TestEachRouteIsDescribed(t *testing.T) {
	d := newHouse(t).description(t)
	b, err := os.ReadFile("server.go")
	if err != nil {
		t.Fatal(err)
	}
	routes := regexp.MustCompile(`mux\.HandleFunc\("(GET|POST) ([^"]+)"`).FindAllStringSubmatch(string(b), -1)
	described := map[string]bool{}
	for path, ops := range d.Paths {
		for method := range ops {
			if described[strings.ToUpper(method)+" "+path] = true; strings.HasPrefix(path, "/api/do/") {
				described["POST /api/do/{command}"] = true
			}
		}
	}
	for _, m := range routes {
		switch route := m[1] + " " + m[2]; route {
		case "GET /ws", "GET /api/": // the one is no HTTP, the other nothing
		default:
			if !described[route] {
				t.Errorf("%s is not described", route)
			}
		}
	}
	if len(routes) < 12 {
		t.Errorf("%d routes were found", len(routes))
	}
}

func TestEachExampleIsValidAndTheServerRefusesWhatTheSchemaDoes(t *testing.T) {
	h := newHouse(t)
	d := h.description(t)
	logins := map[roster.Role]string{
		roster.Technician: "tech", roster.Supervisor: "sue", roster.Director: "chief", roster.Administrator: "root", roster.Clinician: "lee",
	}
	cookies := map[string]string{}
	commands := server.Commands()
	for _, do := range slices.Sorted(maps.Keys(commands)) {
		op, ok := d.Paths["/api/do/"+do]["post"]
		if !ok || do == wire.DoUnlock || do == wire.DoLock { // not by HTTP; lock ends the session that asks
			continue
		}
		media := op.RequestBody.Content["application/json"]
		example, ok := media.Example.(map[string]any)
		if !ok {
			t.Errorf("%s has no example", do)
			continue
		}
		if bad := d.valid(media.Schema, example, do); bad != "" {
			t.Error("the example is not valid:", bad)
		}
		odd := maps.Clone(example)
		odd["unheardOf"] = 1.0
		if d.valid(media.Schema, odd, do) == "" {
			t.Errorf("%s: the schema takes an unknown field", do)
		}
		login := "lee"
		if roles := commands[do]; len(roles) > 0 {
			login = logins[roles[0]]
		}
		if cookies[login] == "" {
			cookies[login] = h.cookie(t, login)
		}
		text, err := json.Marshal(odd)
		if err != nil {
			t.Fatal(err)
		}
		_, answer := h.request(t, http.MethodPost, "/api/do/"+do, string(text), "Cookie", cookies[login])
		if p := problem(t, answer); p.Code != "bad-request" || p.Field != "unheardOf" {
			t.Errorf("%s with an unknown field was answered %+v", do, p)
		}
		if do == wire.DoPassword || do == wire.DoDisable || do == wire.DoSessionsEnd {
			continue // they would end what the next ones ask with
		}
		text, _ = json.Marshal(example)
		res, answer := h.request(t, http.MethodPost, "/api/do/"+do, string(text), "Cookie", cookies[login])
		if res.StatusCode == http.StatusOK {
			var v any
			if err := json.Unmarshal([]byte(answer), &v); err != nil {
				t.Fatal(err)
			}
			if bad := d.valid(op.Responses["200"].Content["application/json"].Schema, v, do); bad != "" {
				t.Error("an answer is not as described:", bad)
			}
			continue
		}
		if p := problem(t, answer); p.Code == "internal" || strings.Contains(p.Say, "is not known here") || strings.Contains(p.Say, "must be") {
			t.Errorf("the example of %s was answered %+v", do, p)
		}
	}
}
