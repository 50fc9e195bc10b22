package redisstore

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// lineageScript gives the settings, a goal, its connection, a check-in or else a number for
// it, and each objective above with what stands right below it.
var lineageScript = redis.NewScript(familyWords + `
local settings, goal, said = read(ask.settings), read(ask.record .. escape(ask.id)), read(ask.said)
if not goal then return {settings, ""} end
local at = cjson.decode(goal).d
local connection, number, families = "", 0, {}
if type(at.binding) == "table" and not none(at.binding.connection) then
  connection = read(ask.connection .. escape(at.binding.connection)) or ""
end
if not said then number = redis.call("INCR", ask.created) end
while not none(at.parent) and #families < ask.most do
  local above = read(ask.record .. escape(at.parent))
  if not above then break end
  families[#families + 1] = {above, readAll(ask.record, redis.call("ZRANGE", ask.child .. escape(at.parent), 0, -1))}
  at = cjson.decode(above).d
end
return {settings or "", goal, connection, said or "", number, families}`)

// lineage is what was read for a check-in, and what must not have changed when it is kept.
type lineage struct {
	okr.Lineage
	number  int64                           // of the check-in; 0: it is kept
	records map[string]readRecord[okr.Goal] // by id
	raw     map[string]string               // by key; empty: it must not be there
	sizes   map[string]int                  // of lists, by key
}

// goal takes a record in. A goal that was deleted meanwhile is left out.
func (l *lineage) goal(tenant okr.TenantID, raw any) (okr.Goal, error) {
	text, _ := raw.(string)
	read := readRecord[okr.Goal]{}
	if text == "" {
		return read.now, nil
	}
	var err error
	if read.stored, err = decode([]byte(text), &read.now); err != nil {
		return read.now, err
	}
	read.id, read.stands = read.now.Key(), standsOf(read.now)
	l.records[read.id] = read
	l.raw[recordKey(tenant, goalKind, read.id)] = text
	return read.now, nil
}

func (l *lineage) family(tenant okr.TenantID, of []any) (f okr.Family, err error) {
	if f.Objective, err = l.goal(tenant, of[0]); err != nil {
		return f, err
	}
	raws, _ := of[1].([]any)
	l.sizes[indexKey(tenant, goalKind, okr.ChildIndex(f.Objective.ID))] = len(raws)
	for _, raw := range raws {
		g, err := l.goal(tenant, raw)
		if err != nil {
			return f, err
		}
		if g.ID != "" {
			f.Below = append(f.Below, g)
		}
	}
	return f, nil
}

func lineageOf(ctx context.Context, s *Store, tenant okr.TenantID, id okr.GoalID, said okr.CheckInID) (*lineage, error) {
	key := recordKey(tenant, checkInKind, string(said))
	answer, err := askFamily(ctx, s, "read goal", lineageScript, tenant, map[string]any{
		"settings": settingsKey(tenant), "record": recordKey(tenant, goalKind, ""), "connection": recordKey(tenant, "connection", ""), "id": id,
		"said": key, "created": createdKey(tenant, checkInKind), "child": indexKey(tenant, goalKind, okr.ChildIndex("")), "most": okr.MaxDepth,
	})
	if err != nil {
		return nil, err
	}
	l := &lineage{records: map[string]readRecord[okr.Goal]{}, raw: map[string]string{}, sizes: map[string]int{}}
	l.Settings = readOne[okr.Settings](answer, 0)
	if l.Goal, err = l.goal(tenant, answer.parts[1]); err != nil || l.Goal.ID == "" {
		return l, cmp.Or(err, error(okr.Errorf(okr.NotFound, "There is no goal %s.", id)))
	}
	l.Connection, l.Said = readOne[okr.Connection](answer, 2), readOne[okr.CheckIn](answer, 3)
	if l.number, _ = answer.parts[4].(int64); l.number > 0 {
		l.raw[key] = ""
	}
	for _, part := range list(answer.parts, 5) {
		of, _ := part.([]any)
		f, err := l.family(tenant, of)
		if err != nil {
			return l, err
		}
		l.Above = append(l.Above, f)
	}
	return l, answer.failed(ctx, "read goal")
}

// KeepCheckIn implements [okrbot/okr/plan.Reader].
func (s *Store) KeepCheckIn(ctx context.Context, tenant okr.TenantID, goal okr.GoalID, id okr.CheckInID, change func(okr.Lineage) (okr.Said, error)) error {
	for attempt := range maxAttempts {
		l, err := lineageOf(ctx, s, tenant, goal, id)
		if err != nil {
			return err
		}
		said, err := change(l.Lineage)
		if err != nil {
			return err
		}
		if kept, err := keepSaid(ctx, s, tenant, l, said); err != nil || kept {
			return fail(ctx, "check in", err)
		}
		if err := pause(ctx, firstPause*time.Duration(attempt+1)); err != nil {
			return fail(ctx, "check in", err)
		}
	}
	return okr.Errorf(okr.Conflict, "Too many others are changing this at the same moment. Try again.")
}

// keepSaid writes what a check-in changes, if nobody wrote what was read for it.
func keepSaid(ctx context.Context, s *Store, tenant okr.TenantID, l *lineage, said okr.Said) (kept bool, err error) {
	st := &step{s: s, tenant: tenant}
	if err := st.prepare(okr.Recorded{Goals: said.Goals, History: said.History}, slices.Collect(maps.Values(l.records))); err != nil {
		return false, err
	}
	queue := s.client.Pipeline() // never sent: a script runs it
	st.queue(ctx, queue)
	if c := said.CheckIn; c != nil && l.number > 0 {
		raw, err := encode(l.number, *c)
		if err != nil {
			return false, err
		}
		queue.Set(ctx, recordKey(tenant, checkInKind, c.Key()), raw, 0)
		checkInsIn(s).place(ctx, queue, tenant, l.number, *c, stands{})
	}
	kept, err = commit(ctx, s, l.raw, l.sizes, queue.Cmds())
	if kept {
		thinMany(ctx, s, tenant, st.grown())
	}
	return kept, err
}

// commitScript runs commands if records and the sizes of lists are as they were.
//
//	KEYS    records, then lists
//	ARGV    how many records, how many lists, what each record is (empty: not there), how
//	        large each list is, then commands: each the number of its words and these
//
// Returns nil if something is not as it was, else what the commands gave.
var commitScript = redis.NewScript(coursesWords + `
local records, lists = tonumber(ARGV[1]), tonumber(ARGV[2])
for from = 1, records, 500 do
  local raws = redis.call("MGET", unpack(KEYS, from, math.min(from + 499, records)))
  for i, raw in ipairs(raws) do
    if (raw or "") ~= ARGV[1 + from + i] then return false end
  end
end
for i = 1, lists do
  if redis.call("ZCARD", KEYS[records + i]) ~= tonumber(ARGV[2 + records + i]) then return false end
end
local at, out = 3 + records + lists, {}
while ARGV[at] do
  local size = tonumber(ARGV[at])
  if ARGV[at + 1] == "eval" then
    out[#out + 1] = keepCourses(ARGV[at + 4], ARGV[at + 5], ARGV[at + 6], {unpack(ARGV, at + 7, at + size)})
  else
    out[#out + 1] = redis.call(unpack(ARGV, at + 1, at + size))
  end
  at = at + size + 1
end
return out`)

// commit runs commands in one step and one trip, if records and the sizes of lists are as
// they were, and then waits for a replica where there is one. It fills in numbers that they
// give. False: something is not as it was, and nothing was done.
func commit(ctx context.Context, s *Store, raw map[string]string, sizes map[string]int, cmds []redis.Cmder) (done bool, err error) {
	records, lists := slices.Sorted(maps.Keys(raw)), slices.Sorted(maps.Keys(sizes))
	args := []any{len(records), len(lists)}
	for _, key := range records {
		args = append(args, raw[key])
	}
	for _, key := range lists {
		args = append(args, sizes[key])
	}
	for _, cmd := range cmds {
		words := withoutScript(cmd)
		args = append(append(args, len(words)), words...)
	}
	run := func(c redis.Scripter) error {
		gave, err := commitScript.Run(ctx, c, append(records, lists...), args...).Slice()
		for i, value := range gave {
			if into, isNumber := cmds[i].(*redis.IntCmd); isNumber {
				n, _ := value.(int64)
				into.SetVal(n)
			}
		}
		return err
	}
	if s.replicas.expected {
		err = s.watch(ctx, func(tx *redis.Tx) error { // for what waits must have written
			return cmp.Or(run(tx), s.await(ctx, tx, records[0]))
		}, records[0])
	} else {
		err = run(s.client)
	}
	if missing(err) {
		return false, nil
	}
	return err == nil, err
}
