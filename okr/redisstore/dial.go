package redisstore

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"okrbot/okr"
)

// What a command may take. A person waits for most of them, at most 10 s in all.
const (
	dialTimeout     = 2 * time.Second
	commandTimeout  = 3 * time.Second
	poolTimeout     = 4 * time.Second
	maxRetries      = 2 // with commandTimeout: a Redis that hangs is given up after 9 s
	dialTries       = 2
	minRetryBackoff = 20 * time.Millisecond
	maxRetryBackoff = 500 * time.Millisecond
	poolSize        = 32 // a node; transactions hold a connection for some round trips
	maxIdleTime     = 5 * time.Minute
)

// hostAndPort is a name, an IPv4 or a bracketed IPv6 address, and a port if it likes.
var hostAndPort = regexp.MustCompile(`^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?)(:[0-9]{1,5})?$`)

// parseURL reads the address of a Redis. Its errors never repeat the address,
// which may hold a password.
func parseURL(text string) (*redis.UniversalOptions, error) {
	first, hosts, ok := splitHosts(text)
	if !ok {
		return nil, badURL()
	}
	u, err := url.Parse(first)
	if err != nil {
		return nil, badURL() // err repeats parts of the address
	}
	query := u.Query()
	special := takeSpecial(query)
	u.RawQuery = query.Encode()
	single, err := redis.ParseURL(u.String())
	if err != nil {
		return nil, badURL()
	}
	return universal(single, withPorts(hosts, special), special), nil
}

func badURL() error {
	return okr.Errorf(okr.Invalid, "The address cannot be read. It must look like redis://user:password@host:6379/0 or rediss://…, "+
		"with the hosts of a Cluster separated by commas, or with ?master=name after the hosts of the Sentinels. "+
		"Special characters in the password are written as %%XX.")
}

// CheckURL says whether the address of a Redis can be read, without going there. Its
// errors are Invalid and never repeat the address.
func CheckURL(text string) error {
	_, err := parseURL(text)
	return err
}

// splitHosts gives the address with the first host only, which package url can
// read, and all its hosts.
func splitHosts(text string) (first string, hosts []string, ok bool) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || scheme != "redis" && scheme != "rediss" {
		return "", nil, false
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	// A password with one of these in it would end the hosts too early, and the rest of
	// it would be looked up as the name of a host.
	if strings.ContainsAny(rest[end:], "@#") {
		return "", nil, false
	}
	at := strings.LastIndex(rest[:end], "@") + 1
	hosts = strings.Split(rest[at:end], ",")
	if slices.ContainsFunc(hosts, func(h string) bool { return !hostAndPort.MatchString(h) }) {
		return "", nil, false
	}
	return scheme + "://" + rest[:at] + hosts[0] + rest[end:], hosts, true
}

// special are the options of the address that go-redis does not read itself.
type special struct {
	master, sentinelUser, sentinelPassword string
	cluster                                bool
}

func takeSpecial(query url.Values) special {
	s := special{
		master:           query.Get("master"),
		sentinelUser:     query.Get("sentinel_username"),
		sentinelPassword: query.Get("sentinel_password"),
		cluster:          query.Get("cluster") == "true",
	}
	for _, name := range []string{"master", "sentinel_username", "sentinel_password", "cluster"} {
		query.Del(name)
	}
	return s
}

// withPorts adds the usual port, 6379 or 26379 for Sentinel, where there is none.
func withPorts(hosts []string, s special) []string {
	port := "6379"
	if s.master != "" {
		port = "26379"
	}
	for i, host := range hosts {
		if _, _, err := net.SplitHostPort(host); err != nil {
			hosts[i] = net.JoinHostPort(strings.Trim(host, "[]"), port)
		}
	}
	return hosts
}

func universal(o *redis.Options, hosts []string, s special) *redis.UniversalOptions {
	if o.TLSConfig != nil && (len(hosts) > 1 || s.master != "" || s.cluster) {
		o.TLSConfig.ServerName = "" // each node proves its own name
	}
	return &redis.UniversalOptions{
		Addrs: hosts, MasterName: s.master, IsClusterMode: s.cluster, DB: o.DB, TLSConfig: o.TLSConfig,
		Username: o.Username, Password: o.Password, Protocol: o.Protocol,
		SentinelUsername: s.sentinelUser, SentinelPassword: s.sentinelPassword,
		ClientName: "okrbot", DisableIdentity: true, ContextTimeoutEnabled: true,
		DialTimeout: or(o.DialTimeout, dialTimeout), ReadTimeout: or(o.ReadTimeout, commandTimeout),
		WriteTimeout: or(o.WriteTimeout, commandTimeout), PoolTimeout: or(o.PoolTimeout, poolTimeout),
		PoolSize: or(o.PoolSize, poolSize), ConnMaxIdleTime: or(o.ConnMaxIdleTime, maxIdleTime),
		MaxRetries: or(o.MaxRetries, maxRetries), DialerRetries: dialTries,
		MinRetryBackoff: or(o.MinRetryBackoff, minRetryBackoff), MaxRetryBackoff: or(o.MaxRetryBackoff, maxRetryBackoff),
		MinIdleConns: o.MinIdleConns, MaxIdleConns: o.MaxIdleConns, MaxActiveConns: o.MaxActiveConns,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

// or gives what the address says, else the default.
func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// LogTo makes go-redis write what it has to say to a logger. It is one for the whole
// program, and go-redis has no levels: most of it is about servers that are away.
func LogTo(log *slog.Logger) { redis.SetLogger(redisLog{log}) }

type redisLog struct{ log *slog.Logger }

// Printf implements the logger of go-redis.
func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.WarnContext(ctx, "redis", "op", "redis", "text", fmt.Sprintf(format, v...))
}

// embeddedPatience is how long a command waits for the embedded Redis. It is in this
// process: where it answers late the machine is busy, and nothing comes of asking again.
// What waits has the deadline of its turn all the same.
const embeddedPatience = 2 * time.Minute

// openEmbedded starts a Redis in this process. It listens on loopback, so it
// wants a password: other users of the machine must not read it.
func openEmbedded(ctx context.Context, o Options) (*Store, error) {
	if o.SealKeys == "" {
		o.SealKeys = randomSealKey()
	}
	sealer, err := NewSealer(o.SealKeys)
	if err != nil {
		return nil, err
	}
	server := miniredis.NewMiniRedis()
	password := rand.Text()
	server.RequireAuth(password)
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("embedded store: %w", err)
	}
	go expire(server)
	o.Logger.WarnContext(ctx, "NOTHING SURVIVES A RESTART: okrbot runs on its embedded in-memory store. Set DATA_DIR or REDIS_URL to keep goals, connections and sign-ins.")
	options := universal(&redis.Options{Password: password, ReadTimeout: embeddedPatience, WriteTimeout: embeddedPatience}, []string{server.Addr()}, special{})
	return connect(ctx, &Store{client: redis.NewUniversalClient(options), sealer: sealer, log: o.Logger, now: o.Now, large: largeList, embedded: server})
}

// embeddedTick is how much later than in another Redis a key of the embedded one may expire.
const embeddedTick = 200 * time.Millisecond

// expire lets the keys of an embedded Redis expire until it is closed. The Redis does so by itself if it is told to
// (ClockTTL), but then it sorts all of its keys at each command.
func expire(server *miniredis.Miniredis) {
	tick := time.NewTicker(embeddedTick)
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case <-server.Ctx.Done():
			return
		case now := <-tick.C:
			server.FastForward(now.Sub(last))
			last = now
		}
	}
}

func randomSealKey() string {
	key := make([]byte, sealKeySize)
	_, _ = rand.Read(key) // never fails: it ends the program instead
	return "embedded:" + base64.StdEncoding.EncodeToString(key)
}
