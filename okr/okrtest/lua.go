package okrtest

import (
	"bufio"
	"bytes"
	"crypto/sha1" //nolint:gosec // the name of a script in Redis
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/alicebob/miniredis/v2"
	luajson "github.com/alicebob/miniredis/v2/gopher-json"
	"github.com/alicebob/miniredis/v2/server"
	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

// Lua runs the scripts of one embedded Redis on one Lua machine that stays. The Redis itself makes a new machine for
// each run, which takes 0.2 MB and, with the race detector, most of the time of a script. What is inside MULTI it runs itself.
type Lua struct {
	redis  *miniredis.Miniredis
	nested any // the context of a client whose commands run while the Redis is locked

	mu    sync.Mutex
	texts map[string]string     // of scripts that the Redis knows, by SHA-1
	multi map[*server.Peer]bool // clients inside MULTI

	// Used while the Redis is locked.
	machine *lua.LState
	globals *lua.LTable
	answer  bytes.Buffer
	out     *bufio.Writer
	in      *bufio.Reader
}

// NewLua is for an embedded Redis that has started; it is of use until that is started anew.
func NewLua(redis *miniredis.Miniredis) *Lua {
	r := &Lua{redis: redis, texts: map[string]string{}, multi: map[*server.Peer]bool{}}
	r.out, r.in = bufio.NewWriter(&r.answer), bufio.NewReader(&r.answer)
	r.nested = nestedContext(redis.Server())
	return r
}

// nestedContext is the context that the Redis gives to the calls of a script, taken from one.
func nestedContext(redis *server.Server) (nested any) {
	redis.SetPreHook(func(p *server.Peer, command string, _ ...string) bool {
		if command == "PING" {
			nested = p.Ctx
		}
		return false
	})
	redis.Dispatch(silent(), []string{"EVAL", "return redis.call('PING')", "0"})
	redis.SetPreHook(nil)
	return nested
}

// silent is a client that reads no answers.
func silent() *server.Peer { return server.NewPeer(bufio.NewWriter(io.Discard)) }

// Serve answers EVAL and EVALSHA outside of MULTI, and says whether it did. It is a [server.Hook].
func (r *Lua) Serve(p *server.Peer, command string, args ...string) bool {
	switch command {
	case "MULTI", "EXEC", "DISCARD":
		r.mu.Lock()
		defer r.mu.Unlock()
		if delete(r.multi, p); command == "MULTI" {
			r.multi[p] = true
		}
	case "EVAL", "EVALSHA":
		if text, ok := r.script(p, command, args); ok {
			return r.run(p, text, args[1:])
		}
	}
	return false
}

// script is the text that a command runs; false: the Redis shall run it, or say what is wrong with it.
func (r *Lua) script(p *server.Peer, command string, args []string) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(args) < 2 {
		return "", false
	}
	if command == "EVAL" {
		return args[0], !r.multi[p]
	}
	text, known := r.texts[args[0]]
	if known && r.multi[p] {
		r.redis.Server().Dispatch(silent(), []string{"SCRIPT", "LOAD", text})
		known = false
	}
	return text, known
}

// remember makes a script known that ran without an error.
func (r *Lua) remember(text string) {
	sum := sha1.Sum([]byte(text)) //nolint:gosec // the name of a script in Redis
	r.mu.Lock()
	defer r.mu.Unlock()
	r.texts[hex.EncodeToString(sum[:])] = text
}

// compiled are the scripts of all worlds by their text; compiling them is slow.
var compiled sync.Map

func compile(script string) (*lua.FunctionProto, error) {
	if proto, ok := compiled.Load(script); ok {
		return proto.(*lua.FunctionProto), nil //nolint:forcetypeassert // nothing else is stored
	}
	chunk, err := parse.Parse(strings.NewReader(script), "<string>")
	if err != nil {
		return nil, err
	}
	proto, err := lua.Compile(chunk, "")
	if err == nil {
		compiled.Store(script, proto)
	}
	return proto, err
}

// run runs a script, whose arguments begin with the number of its keys, while the Redis is locked. It says whether it did.
func (r *Lua) run(p *server.Peer, text string, args []string) bool {
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 0 || n >= len(args) {
		return false
	}
	proto, err := compile(text)
	if err != nil {
		return false
	}
	r.redis.Lock()
	defer r.redis.Unlock()
	if r.machine == nil {
		r.machine, r.globals = r.newMachine()
	}
	l := r.machine
	r.globals.RawSetString("KEYS", luaList(l, args[1:n+1]))
	r.globals.RawSetString("ARGV", luaList(l, args[n+1:]))
	l.Push(l.NewFunctionFromProto(proto))
	if err := l.PCall(0, 1, nil); err != nil {
		p.WriteError("ERR Error compiling script (new function): " + err.Error())
	} else {
		r.remember(text)
		writeLua(p, l.Get(-1))
	}
	l.SetTop(0)
	return true
}

// newMachine is a Lua machine with the libraries that scripts of a Redis have, and no way to leave something in it:
// https://redis.io/docs/latest/develop/programmability/lua-api/.
func (r *Lua) newMachine() (*lua.LState, *lua.LTable) {
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	for name, open := range map[string]lua.LGFunction{
		lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable, lua.StringLibName: lua.OpenString, lua.MathLibName: lua.OpenMath,
	} {
		l.Push(l.NewFunction(open))
		l.Push(lua.LString(name))
		l.Call(1, 0)
	}
	l.Push(l.NewFunction(luajson.Loader))
	l.Call(0, 1)
	globals, _ := l.Get(lua.GlobalsIndex).(*lua.LTable)
	globals.RawSetString("cjson", l.Get(-1))
	globals.RawSetString("redis", l.SetFuncs(l.NewTable(), map[string]lua.LGFunction{
		"call": func(l *lua.LState) int { return r.call(l, true) }, "pcall": func(l *lua.LState) int { return r.call(l, false) },
		"error_reply":  errorReply,
		"status_reply": func(l *lua.LState) int { return reply(l, "ok", l.CheckString(1)) },
	}))
	l.SetTop(0)
	strict := l.SetFuncs(l.NewTable(), map[string]lua.LGFunction{"__newindex": noGlobal, "__index": noGlobal})
	l.SetMetatable(globals, strict)
	return l, globals
}

// noGlobal refuses variables that are not local.
func noGlobal(l *lua.LState) int {
	l.RaiseError("Script attempted to access nonexistent global variable '%s'", l.ToString(2))
	return 0
}

// call is redis.call, or redis.pcall, which gives errors as values.
func (r *Lua) call(l *lua.LState, raise bool) int {
	args := make([]string, l.GetTop())
	for i := range args {
		switch value := l.Get(i + 1); value.Type() {
		case lua.LTString, lua.LTNumber:
			args[i] = value.String()
		default:
			l.RaiseError("Lua redis lib command arguments must be strings or integers")
		}
	}
	if len(args) == 0 {
		l.RaiseError("Please specify at least one argument for this redis lib call")
	}
	peer := server.NewPeer(r.out)
	peer.Ctx = r.nested
	r.answer.Reset()
	r.redis.Server().Dispatch(peer, args)
	peer.Flush()
	r.in.Reset(&r.answer)
	switch value, err := server.ParseReply(r.in); {
	case err != nil && raise:
		l.Error(lua.LString(err.Error()), 1)
		return 0
	case err != nil:
		return reply(l, "err", err.Error())
	default:
		l.Push(toLua(l, value))
		return 1
	}
}

// errorReply gives an error as a value; one word is no code of an error.
func errorReply(l *lua.LState) int {
	text := strings.TrimPrefix(l.CheckString(1), "-")
	if !strings.Contains(text, " ") {
		text = "ERR " + text
	}
	return reply(l, "err", text)
}

// reply is the table for a status or an error.
func reply(l *lua.LState, kind, text string) int {
	table := l.NewTable()
	table.RawSetString(kind, lua.LString(text))
	l.Push(table)
	return 1
}

func luaList(l *lua.LState, values []string) *lua.LTable {
	list := l.CreateTable(len(values), 0)
	for _, value := range values {
		list.Append(lua.LString(value))
	}
	return list
}

// toLua is what a script sees of an answer.
func toLua(l *lua.LState, value any) lua.LValue {
	switch v := value.(type) {
	case int:
		return lua.LNumber(v)
	case string:
		return lua.LString(v)
	case server.Simple:
		reply(l, "ok", string(v))
		table := l.Get(-1)
		l.Pop(1)
		return table
	case []any:
		list := l.CreateTable(len(v), 0)
		for _, each := range v {
			list.Append(toLua(l, each))
		}
		return list
	default:
		return lua.LFalse
	}
}

// writeLua is what a client sees of what a script gives back. A list ends before its first nil.
func writeLua(p *server.Peer, value lua.LValue) {
	switch v := value.(type) {
	case lua.LNumber:
		p.WriteInt(int(v))
	case lua.LString:
		p.WriteBulk(string(v))
	case *lua.LTable:
		if text := v.RawGetString("err"); text != lua.LNil {
			p.WriteError(text.String())
			return
		}
		if text := v.RawGetString("ok"); text != lua.LNil {
			p.WriteInline(text.String())
			return
		}
		n := 0
		for v.RawGetInt(n+1) != lua.LNil {
			n++
		}
		p.WriteLen(n)
		for i := range n {
			writeLua(p, v.RawGetInt(i+1))
		}
	default:
		if value == lua.LTrue {
			p.WriteInt(1)
			return
		}
		p.WriteNull()
	}
}
