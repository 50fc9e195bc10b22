package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// listChunk is how many records one command reads: Redis serves nobody else
// meanwhile.
const listChunk = 250

// tripChunks is how many such commands go out together.
const tripChunks = 8

// List implements [okr.Records].
func (r records[K, T]) List(ctx context.Context, tenant okr.TenantID, index string, page okr.Page) ([]T, int, error) {
	return r.Find(ctx, tenant, []string{index}, page)
}

// Find implements [okr.Records]. Redis intersects the lists and gives the page
// only.
func (r records[K, T]) Find(ctx context.Context, tenant okr.TenantID, indexes []string, page okr.Page) ([]T, int, error) {
	keys := make([]string, 0, len(indexes))
	for _, index := range indexes {
		if key := indexKey(tenant, r.kind, index); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	ids, raws, total, err := r.page(ctx, tenant, keys, page)
	if err != nil {
		return nil, 0, fail(ctx, "list "+r.kind, err)
	}
	if len(ids) > listChunk {
		list, err := r.many(ctx, tenant, ids)
		return list, total, err
	}
	list, err := r.decoded(make([]T, 0, len(ids)), ids, raws)
	return list, total, fail(ctx, "list "+r.kind, err)
}

// Lists implements [okr.Records]: one round trip for all ids, one for the records.
func (r records[K, T]) Lists(ctx context.Context, tenant okr.TenantID, indexes []string) ([][]T, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	members := make([]*redis.StringSliceCmd, len(indexes))
	_, err := r.s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, index := range indexes {
			members[i] = p.ZRange(ctx, indexKey(tenant, r.kind, index), 0, -1)
		}
		return nil
	})
	if err != nil {
		return nil, fail(ctx, "list "+r.kind, err)
	}
	var ids []string
	for _, m := range members {
		ids = append(ids, m.Val()...)
	}
	slices.Sort(ids)
	all, err := r.many(ctx, tenant, slices.Compact(ids))
	byID := make(map[string]T, len(all))
	for _, record := range all {
		byID[record.Key()] = record
	}
	lists := make([][]T, len(indexes))
	for i, m := range members {
		for _, id := range m.Val() {
			if record, ok := byID[id]; ok {
				lists[i] = append(lists[i], record)
			}
		}
	}
	return lists, err
}

// GetMany implements [okr.Records].
func (r records[K, T]) GetMany(ctx context.Context, tenant okr.TenantID, ids []K) ([]T, error) {
	plain := make([]string, len(ids))
	for i, id := range ids {
		plain[i] = string(id)
	}
	return r.many(ctx, tenant, plain)
}

// many reads records by id, a chunk a command, some chunks a trip.
func (r records[K, T]) many(ctx context.Context, tenant okr.TenantID, ids []string) (list []T, err error) {
	list = make([]T, 0, len(ids))
	for part := range slices.Chunk(ids, tripChunks*listChunk) {
		if list, err = r.appendRecords(ctx, list, tenant, part); err != nil {
			return nil, fail(ctx, "list "+r.kind, err)
		}
	}
	return list, nil
}

// pageScript gives a page of what stands in all of some lists, and how many there
// are, at the same moment, with the records where they are few. The embedded Redis gives an intersection by name, so it is
// sorted where it is not. It writes nothing, so that a Redis that is full or a
// replica answers it too; a transaction would be refused there.
//
//	KEYS    sorted sets with the same members' scores
//	ARGV[1] the first place, from 0
//	ARGV[2] the last place, -1: to the end
//	ARGV[3] what the keys of records begin with
//	ARGV[4] how many records are few
//
// Returns the number of members, those of the page, and their records.
var pageScript = redis.NewScript(escapeWords + `
local first, last = tonumber(ARGV[1]), tonumber(ARGV[2])
local total, page
if #KEYS == 1 then
  page = redis.call("ZRANGE", KEYS[1], first, last)
  if first == 0 and last < 0 then total = #page else total = redis.call("ZCARD", KEYS[1]) end
else
  local call = {"ZINTER", #KEYS}
  for _, key in ipairs(KEYS) do call[#call + 1] = key end
  call[#call + 1] = "AGGREGATE"
  call[#call + 1] = "MAX"
  call[#call + 1] = "WITHSCORES"
  local found, all, isSorted = redis.call(unpack(call)), {}, true
  for i = 1, #found, 2 do
    all[#all + 1] = {found[i], tonumber(found[i + 1])}
    isSorted = isSorted and (#all == 1 or all[#all - 1][2] <= all[#all][2])
  end
  if not isSorted then table.sort(all, function(a, b) return a[2] < b[2] end) end
  total, page = #all, {}
  if last < 0 or last >= total then last = total - 1 end
  for i = first, last do page[#page + 1] = all[i + 1][1] end
end
local raws = {}
if #page > 0 and #page <= tonumber(ARGV[4]) then
  local call = {"MGET"}
  for _, id in ipairs(page) do call[#call + 1] = ARGV[3] .. escape(id) end
  for _, raw in ipairs(redis.call(unpack(call))) do raws[#raws + 1] = raw or "" end
end
return {total, page, raws}`)

// page reads a page of what stands in all lists, and how many there are; where they are no
// more than a command reads, the records too, empty where one was deleted since.
func (r records[K, T]) page(ctx context.Context, tenant okr.TenantID, keys []string, page okr.Page) (ids []string, raws []any, total int, err error) {
	start, stop := max(0, page.Offset), -1
	if page.Limit > 0 {
		stop = start + page.Limit - 1
	}
	if len(keys) == 0 {
		keys = []string{indexKey(tenant, r.kind, "")}
	}
	found, err := pageScript.Run(ctx, r.s.client, keys, start, stop, recordKey(tenant, r.kind, ""), listChunk).Slice()
	if err != nil {
		return nil, nil, 0, err
	}
	n, _ := found[0].(int64)
	for _, id := range list(found, 1) {
		text, _ := id.(string)
		ids = append(ids, text)
	}
	return ids, list(found, 2), int(n), nil
}

// decoded adds the records of some ids to a list. One that was deleted since its id was read
// is left out.
func (r records[K, T]) decoded(list []T, ids []string, raws []any) ([]T, error) {
	for i, raw := range raws {
		text, ok := raw.(string)
		if !ok || text == "" {
			continue
		}
		var record T
		if err := decodeText(text, &record); err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.kind, ids[i], err)
		}
		list = append(list, record)
	}
	return list, nil
}

// appendRecords reads records by id in one trip. One that was deleted since its id was
// read is left out.
func (r records[K, T]) appendRecords(ctx context.Context, list []T, tenant okr.TenantID, ids []string) ([]T, error) {
	var chunks []*redis.SliceCmd
	_, err := r.s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for chunk := range slices.Chunk(ids, listChunk) {
			keys := make([]string, len(chunk))
			for i, id := range chunk {
				keys[i] = recordKey(tenant, r.kind, id)
			}
			chunks = append(chunks, p.MGet(ctx, keys...))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for n, chunk := range chunks {
		if list, err = r.decoded(list, ids[n*listChunk:], chunk.Val()); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// familyAnswer is what a script gave, and the first value of it that cannot be read.
type familyAnswer struct {
	parts   []any
	fault   *error
	reading reading
}

func (a familyAnswer) failed(ctx context.Context, op string) error { return fail(ctx, op, *a.fault) }

func (a familyAnswer) note(err error) {
	if *a.fault == nil {
		*a.fault = err
	}
}

func askFamily(ctx context.Context, s *Store, op string, script *redis.Script, tenant okr.TenantID, ask any) (familyAnswer, error) {
	raw, err := json.Marshal(ask)
	if err != nil {
		return familyAnswer{}, fmt.Errorf("%s: %w", op, err)
	}
	reading := startReading(ctx)
	parts, err := script.Run(ctx, s.client, []string{settingsKey(tenant)}, raw).Slice()
	return familyAnswer{parts, new(error), reading}, fail(ctx, op, err)
}

// list is a part of an answer that is a list; nil: there is none.
func list(parts []any, i int) []any {
	if i >= len(parts) {
		return nil
	}
	out, _ := parts[i].([]any)
	return out
}

// readOne reads a record of an answer; empty: there is none.
func readOne[T any](a familyAnswer, i int) (out T) {
	if i < len(a.parts) {
		if text, ok := a.parts[i].(string); ok && text != "" {
			a.note(decodeText(text, &out))
		}
	}
	return out
}

// readEach reads the records of a list, without those that were deleted meanwhile.
func readEach[T any](a familyAnswer, parts any) []T {
	raws, _ := parts.([]any)
	out := make([]T, 0, len(raws))
	for _, raw := range raws {
		text, ok := raw.(string)
		if !ok || text == "" {
			continue
		}
		var none T
		out = append(out, none)
		a.note(decodeText(text, &out[len(out)-1]))
	}
	return out
}

// readPages reads the pages of an answer.
func readPages(a familyAnswer, i int) []okr.GoalPage {
	var out []okr.GoalPage
	for _, part := range list(a.parts, i) {
		of, _ := part.([]any)
		whole, _ := of[0].(int64)
		total, _ := of[1].(int64)
		out = append(out, okr.GoalPage{Goals: readEach[okr.Goal](a, of[2]), Total: int(total), Whole: whole == 1})
	}
	return out
}

// healthWords say whether a stored connection fails, as [okr.Health.Failing] does.
const healthWords = `
local function isFailing(raw)
  local health = raw ~= "" and cjson.decode(raw).d.health
  local state = type(health) == "table" and health.state
  return state and state ~= "` + string(okr.HealthNew) + `" and state ~= "` + string(okr.HealthOK) + `"
end
`

// integrationScript counts connections, those that fail, digests, and what is measured.
var integrationScript = redis.NewScript(familyWords + healthWords + `
local ids = redis.call("ZRANGE", ask.all, 0, -1)
local failing, bound, keys = 0, 0, {}
for i, raw in ipairs(readAll(ask.record, ids)) do
  if isFailing(raw) then failing = failing + 1 end
  keys[#keys + 1] = ask.bound .. escape(ids[i])
  if #keys == 500 or i == #ids then
    bound = bound + #redis.call(unpack(together("ZUNION", keys)))
    keys = {}
  end
end
return {#ids, failing, bound, redis.call("ZCARD", ask.digests)}`)

// CountIntegration counts what there is of the integration of a tenant, in one trip.
func (s *Store) CountIntegration(ctx context.Context, tenant okr.TenantID) (in okr.Integration, err error) {
	answer, err := askFamily(ctx, s, "count connections", integrationScript, tenant, map[string]any{
		"all": indexKey(tenant, "connection", ""), "record": recordKey(tenant, "connection", ""),
		"bound": indexKey(tenant, "goal", okr.BoundIndex("")), "digests": indexKey(tenant, "subscription", ""),
	})
	if err != nil {
		return in, err
	}
	for i, into := range []*int{&in.Connections, &in.Failing, &in.Bindings, &in.Subscriptions} {
		n, _ := answer.parts[i].(int64)
		*into = int(n)
	}
	return in, nil
}

// connectionsScript gives a page of connections as [okr.ConnectionQuery] asks for it: how
// many there are, the records, and how many goals are measured through each.
var connectionsScript = redis.NewScript(familyWords + healthWords + `
local own, shared = redis.call("ZRANGE", ask.own, 0, -1), redis.call("ZRANGE", ask.shared, 0, -1)
local isShared, isListed, ids = {}, {}, {}
for _, id in ipairs(shared) do isShared[id] = true end
local function add(list, only)
  for _, id in ipairs(list) do
    if not isListed[id] and (not only or isShared[id]) then
      isListed[id] = true
      ids[#ids + 1] = id
    end
  end
end
add(own, ask.isShared)
add(shared)
if not none(ask.all) then add(redis.call("ZRANGE", ask.all, 0, -1)) end
if ask.failing then
  local failing, others = {}, {}
  for i, raw in ipairs(readAll(ask.record, ids)) do
    local to = isFailing(raw) and failing or others
    to[#to + 1] = ids[i]
  end
  for i, id in ipairs(others) do failing[#failing + 1] = id end
  ids = failing
end
local first, last = math.min(ask.first, math.max(0, #ids - 1)), #ids
if ask.limit > 0 then last = math.min(last, first + ask.limit) end
local page, bound = {}, {}
for i = first + 1, last do
  page[#page + 1] = ids[i]
  bound[#bound + 1] = ask.plain and 0 or redis.call("ZCARD", ask.bound .. escape(ids[i]))
end
return {#ids, readAll(ask.record, page), bound}`)

// FindConnections reads a page of the connections that somebody may see, in one trip.
func (s *Store) FindConnections(ctx context.Context, tenant okr.TenantID, q okr.ConnectionQuery) ([]okr.BoundConnection, int, error) {
	ask := map[string]any{
		"own": indexKey(tenant, "connection", okr.OwnerIndex(q.Viewer)), "shared": indexKey(tenant, "connection", okr.SharedIndex),
		"isShared": q.Shared, "failing": q.Failing, "plain": q.Plain, "first": max(0, q.Page.Offset), "limit": q.Page.Limit,
		"record": recordKey(tenant, "connection", ""), "bound": indexKey(tenant, "goal", okr.BoundIndex("")),
	}
	if q.All && !q.Shared {
		ask["all"] = indexKey(tenant, "connection", "")
	}
	answer, err := askFamily(ctx, s, "find connections", connectionsScript, tenant, ask)
	if err != nil {
		return nil, 0, err
	}
	total, _ := answer.parts[0].(int64)
	var out []okr.BoundConnection
	for i, n := range list(answer.parts, 2) {
		bound, _ := n.(int64)
		if c := readOne[okr.Connection](familyAnswer{list(answer.parts, 1), answer.fault, answer.reading}, i); c.ID != "" { // else deleted meanwhile
			answer.reading.remember(recordKey(tenant, "connection", c.Key()), list(answer.parts, 1)[i])
			out = append(out, okr.BoundConnection{Connection: c, Bound: int(bound)})
		}
	}
	return out, int(total), answer.failed(ctx, "find connections")
}
