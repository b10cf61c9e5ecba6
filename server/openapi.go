package server

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"sync"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

// openAPI is the description of everything that is asked over HTTP, in OpenAPI 3.1, made once from the commands' own
// table and the types that they read and write.
var openAPI = sync.OnceValues(func() ([]byte, error) {
	s := &schemas{named: map[string]any{}}
	problem := object{"description": "A problem.", "content": content(s.ref(reflect.TypeFor[wire.Problem](), false), nil)}
	paths := object{}
	for _, do := range slices.Sorted(maps.Keys(commands)) {
		paths["/api/do/"+do] = object{"post": s.command(do)}
	}
	signIn := wire.SignInBody{Login: "lee", Password: "correct horse battery"}
	setup := wire.SetupBody{Token: "Zm9v", Login: "root", Name: "Ruth Root", Password: "correct horse battery"}
	in := wire.SignedIn{}
	paths["/api/sign-in"] = object{"post": public(s.operation("sign-in", "Signs a person in; the answer brings the session's cookie.", signIn, in))}
	paths["/api/sign-out"] = object{"post": public(s.operation("sign-out", "Ends the session and its device.", nil, struct{}{}))}
	paths["/api/setup"] = object{"post": public(s.operation("setup", "Admits the first administrator, once.", setup, in))}
	paths["/api/me"] = object{"get": s.operation("me", "Who is signed in.", nil, in)}
	paths["/api/receipt/{seq}"] = object{"get": with(s.operation("get-receipt", "The same as the command receipt.", nil, ledger.Receipt{}),
		object{"name": "seq", "in": "path", "required": true, "schema": object{"type": "integer"}})}
	paths["/api/receipt/call/{call}"] = object{"get": with(s.operation("get-receipt-of-call", "The same as the command receipt with a call, whose id is given without its first word.", nil, ledger.Receipt{}),
		object{"name": "call", "in": "path", "required": true, "schema": object{"type": "string"}})}
	paths["/api/consistency"] = object{"get": with(s.operation("get-consistency", "The same as the command consistency.", nil, wire.Consistency{}),
		object{"name": "from", "in": "query", "required": true, "schema": object{"type": "integer"}})}
	paths["/api/times.csv"] = object{"get": asText(s.operation("get-times", "The command times as a table; its body's fields are the query's.", nil, nil), "text/csv")}
	paths["/feed/{name}"] = object{"get": with(public(asText(s.operation("feed", "A calendar feed by its secret address: SECRET.ics, or SECRET.csv.", nil, nil), "text/calendar")),
		object{"name": "name", "in": "path", "required": true, "schema": object{"type": "string"}})}
	paths["/api/openapi.json"] = object{"get": public(s.operation("openapi", "This description.", nil, nil))}
	paths["/healthz"] = object{"get": public(s.operation("healthz", "The process answers.", nil, nil))}
	paths["/readyz"] = object{"get": public(s.operation("readyz", "This node writes and follows; 503 if not.", nil, nil))}
	paths["/metrics"] = object{"get": asText(s.operation("metrics", "Counts, for this machine and for administrators.", nil, nil), "text/plain")}
	return json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Readback", "version": wire.Protocol,
			"description": "Commands and routes of a Readback node. What is live goes over the websocket at /ws; docs/protocol.md tells of both.",
		},
		"paths":    paths,
		"security": []any{object{"cookie": []string{}}, object{"token": []string{}}},
		"components": object{
			"schemas":   s.named,
			"responses": object{"Problem": problem},
			"securitySchemes": object{
				"cookie": object{"type": "apiKey", "in": "cookie", "name": cookieSecure},
				"token":  object{"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
			},
		},
	}, "", " ")
})

func (s *Server) openapi(w http.ResponseWriter, r *http.Request) {
	text, err := openAPI()
	if err != nil {
		s.fail(w, r, fmt.Errorf("server: %w", err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) // the client may be gone
}

// command describes one command.
func (s *schemas) command(do string) object {
	c, d := commands[do], descriptions[do]
	op := s.operation(do, d.say, d.body, d.answer)
	if op["requestBody"] == nil {
		op["requestBody"] = object{"content": content(object{"type": "object", "additionalProperties": false}, object{})}
	}
	op["x-bare"], op["x-large"] = c.bare, c.large
	if len(c.roles) > 0 {
		op["x-roles"] = c.roles
	}
	return with(op, object{
		"name": "Idempotency-Key", "in": "header", "required": false,
		"description": "Of a command that records: sent again with it, the first answer is given again.",
		"schema":      object{"type": "string", "maxLength": longestKey},
	})
}

// operation describes one route.
func (s *schemas) operation(id, say string, body, answer any) object {
	ok := object{"description": "Done."}
	if answer != nil {
		ok["content"] = content(s.ref(reflect.TypeOf(answer), false), nil)
	} else {
		ok["content"] = content(object{"type": "object"}, nil)
	}
	op := object{
		"operationId": id, "summary": say,
		"responses": object{"200": ok, "default": object{"$ref": "#/components/responses/Problem"}},
	}
	if body != nil {
		op["requestBody"] = object{"required": true, "content": content(s.ref(reflect.TypeOf(body), true), body)}
	}
	return op
}

func content(schema object, example any) object {
	media := object{"schema": schema}
	if example != nil {
		media["example"] = example
	}
	return object{"application/json": media}
}

// public says of an operation that nobody needs to be signed in.
func public(op object) object {
	op["security"] = []any{}
	return op
}

// with adds a parameter.
func with(op, parameter object) object {
	op["parameters"] = []any{parameter}
	return op
}

// asText says of an operation that its answer is text.
func asText(op object, kind string) object {
	op["responses"] = object{
		"200":     object{"description": "Done.", "content": object{kind: object{"schema": object{"type": "string"}}}},
		"default": object{"$ref": "#/components/responses/Problem"},
	}
	return op
}
