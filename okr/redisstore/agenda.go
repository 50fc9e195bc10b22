package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// forwardScript raises a number.
//
//	KEYS[1] the key
//	ARGV[1] the number
//
// Returns 1 when it was raised, 0 when it stood as high or higher.
var forwardScript = redis.NewScript(`
local now = tonumber(redis.call("GET", KEYS[1]) or "")
if now and now >= tonumber(ARGV[1]) then return 0 end
redis.call("SET", KEYS[1], ARGV[1])
return 1`)

// Plan implements [okr.Agenda].
func (s *Store) Plan(ctx context.Context, work okr.Due) error {
	member, err := encodeDue(work)
	if err != nil {
		return err
	}
	return fail(ctx, "plan", s.client.SAdd(ctx, dueKey(work.Slot()), member).Err())
}

// Drop implements [okr.Agenda].
func (s *Store) Drop(ctx context.Context, work okr.Due) error {
	member, err := encodeDue(work)
	if err != nil {
		return err
	}
	return fail(ctx, "drop from agenda", s.client.SRem(ctx, dueKey(work.Slot()), member).Err())
}

// Due lists the work of slots (0 to 1439), in no order. Entries that cannot be
// read are logged and left out, so that one does not keep all others from being
// done.
func (s *Store) Due(ctx context.Context, slots []int) ([]okr.Due, error) {
	if len(slots) == 0 {
		return nil, nil
	}
	sets := make([]*redis.StringSliceCmd, len(slots))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, slot := range slots {
			sets[i] = p.SMembers(ctx, dueKey(slot))
		}
		return nil
	})
	if err != nil {
		return nil, fail(ctx, "read agenda", err)
	}
	var work []okr.Due
	for _, set := range sets {
		for _, member := range set.Val() {
			due, err := decodeDue(member)
			if err != nil {
				s.log.ErrorContext(ctx, "an entry of the agenda cannot be read", "entry", member, "err", err)
				continue
			}
			work = append(work, due)
		}
	}
	return work, nil
}

// TickedUntil gives the time up to which all due work was queued, to the
// millisecond; zero when there never was any.
func (s *Store) TickedUntil(ctx context.Context) (time.Time, error) {
	marks, err := s.Marks(ctx)
	return marks[okr.MarkTicked], err
}

// SetTickedUntil moves the watermark forward to t. It never goes back: an
// earlier t changes nothing and is no error.
func (s *Store) SetTickedUntil(ctx context.Context, t time.Time) error {
	return s.SetMark(ctx, okr.MarkTicked, t)
}

// markKeys are the keys of the marks.
func markKeys() map[okr.Mark]string {
	return map[okr.Mark]string{okr.MarkTicked: tickedKey(), okr.MarkSynced: syncedKey(), okr.MarkWanted: wantedKey()}
}

// Marks gives how far the hour came, over all replicas, to the millisecond; zero what
// never was.
func (s *Store) Marks(ctx context.Context) (map[okr.Mark]time.Time, error) {
	read := map[okr.Mark]*redis.StringCmd{}
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for mark, key := range markKeys() {
			read[mark] = p.Get(ctx, key)
		}
		return nil
	})
	if err != nil && !missing(err) {
		return nil, fail(ctx, "read watermark", err)
	}
	marks := map[okr.Mark]time.Time{}
	for mark, cmd := range read {
		switch ms, err := cmd.Int64(); {
		case err == nil:
			marks[mark] = time.UnixMilli(ms).UTC()
		case cmd.Err() == nil:
			return nil, unreadable(fmt.Errorf("watermark of the agenda: %w", err))
		case !missing(cmd.Err()):
			return nil, fail(ctx, "read watermark", cmd.Err())
		}
	}
	return marks, nil
}

// SetMark moves a mark forward to t, never back.
func (s *Store) SetMark(ctx context.Context, mark okr.Mark, t time.Time) error {
	return fail(ctx, "move watermark", forwardScript.Run(ctx, s.client, []string{markKeys()[mark]}, t.UnixMilli()).Err())
}

// encodeDue makes the same text for the same work, always.
func encodeDue(work okr.Due) (string, error) {
	raw, err := json.Marshal([3]string{string(work.Kind), string(work.Tenant), work.ID})
	if err != nil {
		return "", fmt.Errorf("agenda entry: %w", err)
	}
	return string(raw), nil
}

func decodeDue(member string) (okr.Due, error) {
	var parts []string
	if err := json.Unmarshal([]byte(member), &parts); err != nil {
		return okr.Due{}, fmt.Errorf("agenda entry: %w", err)
	}
	if len(parts) != 3 {
		return okr.Due{}, fmt.Errorf("agenda entry: %d parts instead of 3", len(parts))
	}
	return okr.Due{Kind: okr.DueKind(parts[0]), Tenant: okr.TenantID(parts[1]), ID: parts[2]}, nil
}
