package redisstore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// delivered is the value of a delivery that was handled; before, it is the token
// of who has it in hand.
const delivered = "done"

// takeDeliveryScript takes a delivery in hand, or keeps it there.
//
//	KEYS[1] the delivery
//	ARGV[1] the token of who takes it
//	ARGV[2] how long it stays in hand, in milliseconds
//
// Returns 0 when it is in the taker's hand, 1 when in another one, 2 when it is
// handled. Programs before this one wrote a token for an hour and meant handled.
var takeDeliveryScript = redis.NewScript(`
local now = redis.call("GET", KEYS[1])
if now == "done" then return 2 end
if now and now ~= ARGV[1] then
  if redis.call("PTTL", KEYS[1]) > 2 * tonumber(ARGV[2]) then return 2 end
  return 1
end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return 0`)

// finishDeliveryScript notes that a delivery was handled, unless it has come into
// another hand.
//
//	KEYS[1] the delivery
//	ARGV[1] the token of who handled it
//	ARGV[2] how long it is remembered, in milliseconds
//
// Returns 1 when it is noted, else 0.
var finishDeliveryScript = redis.NewScript(`
local now = redis.call("GET", KEYS[1])
if now and now ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], "` + delivered + `", "PX", ARGV[2])
return 1`)

// TakeDelivery takes an activity that was delivered in hand for a time, or keeps it
// there longer. Mine says that nobody else has it; done, that it was handled within
// the last hour. Whoever dies with it in hand loses it when that time is over.
func (m Memory) TakeDelivery(ctx context.Context, tenant okr.TenantID, conversation, activityID, token string, hold time.Duration) (mine, done bool, err error) {
	n, err := takeDeliveryScript.Run(ctx, m.s.client, []string{deliveryKey(tenant, conversation, activityID)}, token, hold.Milliseconds()).Int()
	return n == 0 && err == nil, n == 2, fail(ctx, "take delivery", err)
}

// FinishDelivery notes for an hour that an activity was handled.
func (m Memory) FinishDelivery(ctx context.Context, tenant okr.TenantID, conversation, activityID, token string) error {
	err := finishDeliveryScript.Run(ctx, m.s.client, []string{deliveryKey(tenant, conversation, activityID)}, token, deliveryTTL.Milliseconds()).Err()
	return fail(ctx, "finish delivery", err)
}
