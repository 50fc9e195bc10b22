package redisstore

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// embeddedPatience is how long a command waits for the embedded Redis. It is in this process: where it answers late the machine
// is busy, and nothing comes of asking again. What waits has the deadline of its turn all the same.
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
	server.ClockTTL(true)
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("embedded store: %w", err)
	}
	o.Logger.WarnContext(ctx, "NOTHING SURVIVES A RESTART: okrbot runs on its embedded in-memory store. Set DATA_DIR or REDIS_URL to keep goals, connections and sign-ins.")
	options := universal(&redis.Options{Password: password, ReadTimeout: embeddedPatience, WriteTimeout: embeddedPatience}, []string{server.Addr()}, special{})
	return connect(ctx, &Store{client: redis.NewUniversalClient(options), sealer: sealer, log: o.Logger, large: largeList, embedded: server})
}

func randomSealKey() string {
	key := make([]byte, sealKeySize)
	_, _ = rand.Read(key) // never fails: it ends the program instead
	return "embedded:" + base64.StdEncoding.EncodeToString(key)
}
