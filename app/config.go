package app

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// ErrConfig is returned for a setting that cannot be; the message names the flag and the remedy.
var ErrConfig = errors.New("this cannot work")

// Config is everything that can be set, with its flag, its environment variable and its default.
type Config struct {
	HTTP      string   `name:"http" env:"READBACK_HTTP" default:"127.0.0.1:8080" placeholder:"ADDR" help:"Where browsers and programs connect; port 0 picks a free one."`
	MLLP      string   `name:"mllp" env:"READBACK_MLLP" default:"127.0.0.1:2575" placeholder:"ADDR" help:"Where laboratory systems send HL7 v2 over MLLP; empty: nowhere."`
	MLLPCert  string   `name:"mllp-cert" env:"READBACK_MLLP_CERT" placeholder:"FILE" help:"Certificate for MLLP over TLS; with --mllp-key."`
	MLLPKey   string   `name:"mllp-key" env:"READBACK_MLLP_KEY" placeholder:"FILE" help:"Its private key."`
	MLLPCA    string   `name:"mllp-ca" env:"READBACK_MLLP_CA" placeholder:"FILE" help:"Authorities whose certificates senders over MLLP must show."`
	MLLPAllow []string `name:"mllp-allow" env:"READBACK_MLLP_ALLOW" placeholder:"CIDR" help:"Networks from which systems may send over MLLP; default: all."`

	Data string `name:"data" env:"READBACK_DATA" default:"readback-data" placeholder:"DIR" help:"Directory of the ledger, the vault and the keys."`

	Postgres string `name:"postgres" env:"READBACK_POSTGRES" placeholder:"URL" help:"Keep ledger and vault in PostgreSQL, for several nodes, instead of SQLite under --data."`
	Redis    string `name:"redis" env:"READBACK_REDIS" placeholder:"URL" help:"Bell between nodes; without it they look once a second."`
	Node     string `name:"node" env:"READBACK_NODE" placeholder:"NAME" help:"This node's name; default: the host's."`
	KeyFile  string `name:"key-file" env:"READBACK_KEY_FILE" placeholder:"FILE" help:"File with the site's keys, which several nodes share; made if it is not there. Default: keys under --data."`

	Site string `name:"site" env:"READBACK_SITE" default:"main" placeholder:"NAME" help:"The laboratory's name in its ledger; it can never change."`
	Zone string `name:"zone" env:"READBACK_ZONE" default:"${zone}" placeholder:"ZONE" help:"The laboratory's time zone (IANA), for a new ledger."`

	TLSCert string   `name:"tls-cert" env:"READBACK_TLS_CERT" placeholder:"FILE" help:"Certificate for HTTPS; with --tls-key."`
	TLSKey  string   `name:"tls-key" env:"READBACK_TLS_KEY" placeholder:"FILE" help:"Its private key."`
	Behind  []string `name:"behind" env:"READBACK_BEHIND" placeholder:"CIDR" help:"Networks of proxies that end TLS and may set X-Forwarded-*."`
	Origins []string `name:"origin" env:"READBACK_ORIGINS" placeholder:"URL" help:"Addresses under which browsers reach this site; default: the one they ask."`

	Leave    time.Duration `name:"leave" env:"READBACK_LEAVE" default:"0s" placeholder:"TIME" help:"When told to stop: how long /readyz says so before connections are closed, for a balancer to notice."`
	Downtime string        `name:"downtime" env:"READBACK_DOWNTIME" placeholder:"FILE" help:"Where the open calls are written each minute, with patients' data, for when nothing else works; default: downtime.html under --data; off: nowhere."`

	JSON bool `name:"json" env:"READBACK_JSON" help:"Print JSON lines only; the first, when ready: {\"http\":…,\"mllp\":…,\"signins\":[…]}."`

	// What the command line does not set.
	Wall    func() time.Time `kong:"-"` // the store's clock; nil: the machine's
	Reserve int64            `kong:"-"` // size of the disk reserve; 0: the usual 64 MiB
}

// check refuses what cannot be, and fills in the node's name.
func (c *Config) check() error {
	if c.Node == "" {
		host, err := os.Hostname()
		if err != nil {
			host = "node"
		}
		c.Node = host
	}
	if strings.ContainsAny(c.Node, "/ \t\n") || len(c.Node) > 63 {
		return fmt.Errorf("%w: --node %q: give a name of at most 63 characters without spaces and slashes", ErrConfig, c.Node)
	}
	if c.Site == "" || strings.ContainsAny(c.Site, "/+ \t\n") || len(c.Site) > 63 {
		return fmt.Errorf("%w: --site %q: give a name of at most 63 characters without spaces, slashes and plus signs", ErrConfig, c.Site)
	}
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "" {
		return fmt.Errorf("%w: --zone %q is no IANA time zone: give one such as Europe/Berlin", ErrConfig, c.Zone)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return fmt.Errorf("%w: --tls-cert and --tls-key go together: give both or neither", ErrConfig)
	}
	if err := c.checkMLLP(); err != nil {
		return err
	}
	if c.Data == "" && (c.Postgres == "" || c.KeyFile == "") {
		return fmt.Errorf("%w: --data is empty: give a directory", ErrConfig)
	}
	return nil
}

// localZone returns the machine's zone by its IANA name, or UTC.
func localZone() string {
	if z := os.Getenv("TZ"); z != "" {
		if _, err := time.LoadLocation(z); err == nil {
			return z
		}
	}
	if to, err := os.Readlink("/etc/localtime"); err == nil {
		if _, z, ok := strings.Cut(to, "zoneinfo/"); ok {
			if _, err := time.LoadLocation(z); err == nil {
				return z
			}
		}
	}
	return "UTC"
}
