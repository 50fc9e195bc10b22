package redisstore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// Gate lets all processes count together what they ask of Azure DevOps with one sign-in. It has the meaning of ado.Gate.
type Gate struct{ s *Store }

// GateOf gives the gate of a store.
func GateOf(s *Store) Gate { return Gate{s} }

// GateClaim is what a process does with a sign-in, in the fields of ado.Claim.
type GateClaim struct {
	Process  string
	Number   int64
	InFlight int
	More     bool
	Limit    int
	Closed   time.Duration
	Alone    time.Duration
	Lease    time.Duration
	Wait     time.Duration
}

// GateGrant is what the process may do, in the fields of ado.Grant.
type GateGrant struct {
	May    bool
	Alone  time.Duration
	Closed time.Duration
}

// gateScript notes what a process claims and says what it may do, by the clock of Redis. Of each process it keeps
// "slots:alone:since:asked:number": how many requests count for it, until when it is alone, since when it waits for one
// more (0: it does not), when it asked, and the number of that. "opens" is when the gate opens. Times are Unix
// milliseconds.
//
//	KEYS[1] the gate
//	ARGV    process, number, requests in flight, 1 for one more, milliseconds to be closed, limit, then the milliseconds
//	        of being alone, of the lease and of a place in the line
//
// Returns 1 when one more may begin, the milliseconds of being alone, and those until the gate opens.
var gateScript = redis.NewScript(`
local me, number, flying, more = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == "1"
local closed, limit = tonumber(ARGV[5]), tonumber(ARGV[6])
local alone, lease, wait = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local clock = redis.call("TIME")
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local opens, mine, others, gone = 0, nil, {}, {}
local all = redis.call("HGETALL", KEYS[1])
for i = 1, #all, 2 do
  local name, value = all[i], all[i + 1]
  if name == "opens" then
    opens = tonumber(value)
  else
    local slots, until_, since, asked, n = string.match(value, "^(%d+):(%d+):(%d+):(%d+):(%d+)$")
    local c = {slots = tonumber(slots), alone = tonumber(until_), since = tonumber(since), number = tonumber(n)}
    asked = tonumber(asked)
    if asked + wait <= now then c.since = 0 end
    if name == me then
      mine = c
    elseif asked + lease <= now or asked > now + lease or (c.slots == 0 and c.since == 0) then
      gone[#gone + 1] = name
    else
      others[#others + 1] = c
    end
  end
end
if opens > now + ` + longestPause + ` then
  opens = 0
  gone[#gone + 1] = "opens"
end
if closed > 0 then opens = math.max(opens, now + closed) end
local left = math.max(0, opens - now)
if mine and mine.number > number then return {0, 0, left} end
local slots, since, may = flying, 0, 0
if more and left == 0 then
  since = now
  for _, c in ipairs(others) do since = math.max(since, c.since + 1) end
  if mine and mine.since > 0 then since = mine.since end
  local free = limit - flying
  for _, c in ipairs(others) do
    free = free - c.slots
    if c.alone > now then free = -limit end
    if c.since > 0 and c.since < since then free = free - 1 end
  end
  if free > 0 then may, slots, since = 1, flying + 1, 0 end
end
if left > 0 or #others > 0 or slots == 0 or since > 0 then alone = 0 end
if alone > 0 then slots = limit end
if slots == 0 and since == 0 and mine then gone[#gone + 1] = me end
if opens > 0 and left == 0 then gone[#gone + 1] = "opens" end
if slots == 0 and since == 0 and #others == 0 and left == 0 then
  if #all > 0 then redis.call("DEL", KEYS[1]) end
  return {may, alone, left}
end
local pairs_ = {}
if slots > 0 or since > 0 then
  local ends = 0
  if alone > 0 then ends = now + alone end
  pairs_ = {me, string.format("%d:%d:%d:%d:%d", slots, ends, since, now, number)}
end
if left > 0 then
  pairs_[#pairs_ + 1] = "opens"
  pairs_[#pairs_ + 1] = string.format("%d", opens)
end
if #gone > 0 then redis.call("HDEL", KEYS[1], unpack(gone)) end
if #pairs_ > 0 then
  redis.call("HSET", KEYS[1], unpack(pairs_))
  redis.call("PEXPIRE", KEYS[1], math.max(lease, left))
end
return {may, alone, left}`)

// longestPause is how long the gate is closed at most, in milliseconds: 10 minutes, see ado.Error, and some for clocks.
const longestPause = "660000"

// Ask notes what a process claims of a sign-in, and says what it may do. Unavailable: the store does not answer, or takes
// no writes.
func (g Gate) Ask(ctx context.Context, tenant okr.TenantID, budget string, c GateClaim) (GateGrant, error) {
	more := 0
	if c.More {
		more = 1
	}
	got, err := gateScript.Run(ctx, g.s.client, []string{gateKey(tenant, budget)}, c.Process, c.Number, c.InFlight, more,
		roundUp(c.Closed), c.Limit, c.Alone.Milliseconds(), c.Lease.Milliseconds(), c.Wait.Milliseconds()).Int64Slice()
	if err != nil {
		return GateGrant{}, fail(ctx, "ask the gate", err)
	}
	return GateGrant{
		May: got[0] == 1, Alone: time.Duration(got[1]) * time.Millisecond, Closed: time.Duration(got[2]) * time.Millisecond,
	}, nil
}

// roundUp gives milliseconds: a gate never opens too early.
func roundUp(d time.Duration) int64 { return (d + time.Millisecond - 1).Milliseconds() }

// isCounting says whether a command changes nothing that a turn reads: it counts tries, or asks
// for the pace of Azure DevOps.
func isCounting(cmd redis.Cmder) bool {
	args := cmd.Args()
	return len(args) > 1 && (args[1] == spendScript.Hash() || args[1] == gateScript.Hash())
}
