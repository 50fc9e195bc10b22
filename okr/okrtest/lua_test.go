package okrtest_test

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/stretchr/testify/require"

	"okrbot/okr/okrtest"
)

// client sends commands to an embedded Redis, in this process.
type client struct {
	redis *miniredis.Miniredis
	peer  *server.Peer
	out   *bytes.Buffer
}

func newClient(redis *miniredis.Miniredis) *client {
	out := &bytes.Buffer{}
	return &client{redis, server.NewPeer(bufio.NewWriter(out)), out}
}

// do gives the answer as it is on the wire, of an error its first word.
func (c *client) do(args ...string) string {
	c.out.Reset()
	c.redis.Server().Dispatch(c.peer, args)
	c.peer.Flush()
	if answer := c.out.String(); strings.HasPrefix(answer, "-") {
		return strings.Fields(answer)[0]
	}
	return c.out.String()
}

// TestScriptsOfRedisAnswerTheSame compares the machine that stays with the one that miniredis makes for each run: what is
// answered, what is stored, and that nothing of a script is left for the next.
func TestScriptsOfRedisAnswerTheSame(t *testing.T) {
	t.Parallel()
	plain, quick := miniredis.RunT(t), miniredis.RunT(t)
	quick.Server().SetPreHook(okrtest.NewLua(quick).Serve)
	a, b := newClient(plain), newClient(quick)
	for _, commands := range [][]string{
		{"EVAL", "return", "0"},
		{"EVAL", "return nil", "0"},
		{"EVAL", "return true", "0"},
		{"EVAL", "return false", "0"},
		{"EVAL", "return 3.9", "0"},
		{"EVAL", "return 'text'", "0"},
		{"EVAL", "return {1, 'two', {3, {}}, nil, 5}", "0"},
		{"EVAL", "return {KEYS[1], ARGV[1], #KEYS, #ARGV}", "1", "k", "v"},
		{"EVAL", "return #KEYS + #ARGV", "0"},
		{"EVAL", "return redis.status_reply('FINE')", "0"},
		{"EVAL", "return redis.error_reply('BUSY wait')", "0"},
		{"EVAL", "return redis.error_reply('word')", "0"},
		{"EVAL", "return redis.call('SET', KEYS[1], ARGV[1], 'EX', 60)", "1", "text", "é"},
		{"EVAL", "return redis.call('SET', KEYS[1], 7).ok", "1", "seven"},
		{"EVAL", "return redis.call('GET', KEYS[1]) or 'none'", "1", "missing"},
		{"EVAL", "return redis.call('RPUSH', KEYS[1], 'a', 'b', 3)", "1", "list"},
		{"EVAL", "return redis.call('MGET', 'text', 'missing', 'seven')", "1", "text"},
		{"EVAL", "local v = redis.call('LRANGE', KEYS[1], 0, -1) return {#v, unpack(v)}", "1", "list"},
		{"EVAL", "return redis.call('INCR', 'text')", "1", "text"},
		{"EVAL", "return redis.pcall('INCR', 'text').err ~= nil", "1", "text"},
		{"EVAL", "return redis.call('NOSUCHCOMMAND')", "0"},
		{"EVAL", "return redis.call()", "0"},
		{"EVAL", "return redis.call('GET', {})", "0"},
		{"EVAL", "return cjson.decode(ARGV[1]).d.list[2]", "0", `{"d":{"list":[1,"two"]}}`},
		{"EVAL", "return cjson.encode({1, 2})", "0"},
		{"EVAL", "return tostring(tonumber('12') + math.floor(1.5)) .. string.rep('x', 3) .. table.concat({'a', 'b'})", "0"},
		{"EVAL", "left = 1", "0"},
		{"EVAL", "return left", "0"},
		{"EVAL", "return no syntax", "0"},
		{"EVAL", "return 1", "2", "k"},
		{"EVAL", "return 1", "-1"},
		{"EVAL", "return 1", "x"},
		{"EVALSHA", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "0"}, // return 1, which was never run
		{"EVAL", "return 1", "0"},
		{"EVALSHA", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "0"},
		{"MULTI"},
		{"EVALSHA", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "0"},
		{"EVAL", "return redis.call('SET', 'late', 1)", "0"},
		{"EXISTS", "late"},
		{"EXEC"},
		{"EVALSHA", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "0"},
	} {
		require.Equal(t, a.do(commands...), b.do(commands...), "%q", commands)
		require.Equal(t, plain.Dump(), quick.Dump(), "%q", commands)
	}
}
