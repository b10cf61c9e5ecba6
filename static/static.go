// Package static knows the web app: the files that a browser gets, embedded as they are, without a build step.
package static

import (
	"embed"
	"io/fs"
)

//go:embed all:app
var embedded embed.FS

// Files is the web app, with index.html at its root.
var Files = root()

func root() fs.FS {
	sub, err := fs.Sub(embedded, "app")
	if err != nil {
		panic(err) // only an invalid path can do that, and this one is written here
	}
	return sub
}
