package redis

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	redis "github.com/redis/go-redis/v9"
)

// An address says how Redis is reached. It is one of
//
//	redis://user:password@host:port/db                                        one server (rediss: TLS; unix: its socket)
//	redis+sentinel://user:password@host1:26379,host2:26379/db?master_name=readback    whichever Sentinel says is the master
//	redis+cluster://user:password@host1:6379,host2:6379                       a Redis Cluster
//
// with rediss+ for TLS. User and password are those of the servers; Sentinels that ask for their own have them in
// sentinel_username and sentinel_password. go-redis knows further settings by the names of its options, in snake case.

// errAddress is returned for what is none of them.
var errAddress = errors.New("redis: the address cannot be read; it should be redis://[user:password@]host:port[/db], " +
	"redis+sentinel://[user:password@]host:port,host:port/?master_name=NAME, or redis+cluster://[user:password@]host:port,host:port")

// silence keeps go-redis from writing lines of its own to standard error: what is wrong is said by state, once.
var silence = sync.OnceFunc(func() { redis.SetLogger(quiet{}) })

type quiet struct{}

// Printf implements go-redis' logger.
func (quiet) Printf(context.Context, string, ...any) {}

// dial returns a client of the address. It connects to nothing yet. Errors never show the address, which may hold a
// password.
func dial(address string) (redis.UniversalClient, error) {
	silence()
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return nil, errAddress
	}
	scheme, kind, _ := strings.Cut(scheme, "+")
	plain := scheme + "://" + rest
	switch kind {
	case "":
		o, err := redis.ParseURL(plain)
		if err != nil {
			return nil, errAddress
		}
		o.DialTimeout, o.ReadTimeout, o.WriteTimeout = patience, patience, patience
		o.MaxRetries = -1 // a ring that was lost is not worth a second one
		o.PoolSize, o.ContextTimeoutEnabled = poolSize, true
		return redis.NewClient(o), nil
	case "sentinel":
		return dialSentinel(plain)
	case "cluster":
		first, query, err := several(plain)
		if err != nil {
			return nil, err
		}
		first.RawQuery = query.Encode()
		o, err := redis.ParseClusterURL(first.String())
		if err != nil {
			return nil, errAddress
		}
		o.DialTimeout, o.ReadTimeout, o.WriteTimeout = patience, patience, patience
		o.PoolSize, o.ContextTimeoutEnabled = poolSize, true
		return redis.NewClusterClient(o), nil
	}
	return nil, errAddress
}

const poolSize = 2

func dialSentinel(plain string) (redis.UniversalClient, error) {
	first, query, err := several(plain)
	if err != nil {
		return nil, err
	}
	// In go-redis the user of a Sentinel's URL is the Sentinel's; ours is the servers', whose password everybody has.
	user, password, asked := query.Get("sentinel_username"), query.Get("sentinel_password"), first.User
	query.Del("sentinel_username")
	query.Del("sentinel_password")
	if query.Get("master_name") == "" {
		return nil, errAddress
	}
	first.User = nil
	first.RawQuery = query.Encode()
	o, err := redis.ParseFailoverURL(first.String())
	if err != nil {
		return nil, errAddress
	}
	o.SentinelUsername, o.SentinelPassword = user, password
	if asked != nil {
		o.Username = asked.Username()
		o.Password, _ = asked.Password()
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = patience, patience, patience
	o.MaxRetries = -1
	o.PoolSize, o.ContextTimeoutEnabled = poolSize, true
	return redis.NewFailoverClient(o), nil
}

// several reads an address of several hosts, joined by commas: the first is the URL's, the others are go-redis' addr.
func several(address string) (*url.URL, url.Values, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	user, hosts := "", rest[:end]
	if at := strings.LastIndex(hosts, "@"); at >= 0 {
		user, hosts = hosts[:at+1], hosts[at+1:]
	}
	all := strings.Split(hosts, ",")
	u, err := url.Parse(scheme + "://" + user + all[0] + rest[end:])
	if err != nil || scheme != "redis" && scheme != "rediss" {
		return nil, nil, errAddress
	}
	query := u.Query()
	if slices.Contains(all, "") {
		return nil, nil, errAddress
	}
	for _, host := range all[1:] {
		query.Add("addr", host)
	}
	return u, query, nil
}

// patience bounds everything that is asked of Redis.
const patience = 2 * time.Second
