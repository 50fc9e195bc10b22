package adotest

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// Control serves what a test in the same process does with methods, for those
// who have only curl. It asks for no credential: mount it for tests only.
//
//	GET    /modes          every mode, what it means, whether it is on
//	PUT    /modes/{mode}   turns it on
//	DELETE /modes/{mode}   turns it off
//	GET    /faults         every fault that has a name
//	POST   /faults         adds a [FaultOrder]
//	DELETE /faults         withdraws all
//	GET    /calls          the log of requests
//	DELETE /calls          empties it
//	POST   /story?steps=n  takes n steps of the story
//	POST   /tokens?user=x  tokens of a user (object id or user principal name)
//	GET    /applications   every service principal, without its secrets
//	PUT    /applications   adds or replaces one: an [ApplicationOrder]
//	DELETE /applications/{application}  deletes one, by client id or name
//	PUT    /machine        sets the [Machine] whose managed identities there are
func (c *Cloud) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /modes", c.controlModes)
	mux.HandleFunc("PUT /modes/{mode}", c.controlSwitch(true))
	mux.HandleFunc("DELETE /modes/{mode}", c.controlSwitch(false))
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { reply(w, FaultNames(), nil) })
	mux.HandleFunc("POST /faults", c.controlFault)
	mux.HandleFunc("DELETE /faults", func(w http.ResponseWriter, _ *http.Request) { c.ClearFaults(); reply(w, struct{}{}, nil) })
	mux.HandleFunc("GET /calls", func(w http.ResponseWriter, _ *http.Request) { reply(w, c.Calls(), nil) })
	mux.HandleFunc("DELETE /calls", func(w http.ResponseWriter, _ *http.Request) { c.ResetCalls(); reply(w, struct{}{}, nil) })
	mux.HandleFunc("POST /story", c.controlStory)
	mux.HandleFunc("POST /tokens", c.controlTokens)
	mux.HandleFunc("GET /applications", c.controlApplications)
	mux.HandleFunc("PUT /applications", c.controlApplication)
	mux.HandleFunc("DELETE /applications/{application}", c.controlRemove)
	mux.HandleFunc("PUT /machine", c.controlMachine)
	return mux
}

func reply(w http.ResponseWriter, v any, err error) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		v = map[string]string{"error": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(v) // a gone client is its own business
}

func (c *Cloud) controlModes(w http.ResponseWriter, _ *http.Request) {
	type row struct {
		Mode  Mode   `json:"mode"`
		About string `json:"about"`
		On    bool   `json:"on"`
	}
	var rows []row
	for _, m := range Modes() {
		rows = append(rows, row{m, m.About(), c.on(m)})
	}
	reply(w, rows, nil)
}

func (c *Cloud) controlSwitch(on bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := c.Switch(Mode(r.PathValue("mode")), on)
		reply(w, c.Switched(), err)
	}
}

// FaultOrder is a [Rule] with the name of a fault, see [FaultNames], in place of
// the fault.
type FaultOrder struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	User  string `json:"user"` // object id or user principal name, or an application's client id or name
	Skip  int    `json:"skip"`
	Count int    `json:"count"`
	Fault string `json:"fault"`
	Arg   string `json:"arg"`
}

// Order adds the rule. The error is about an unknown fault, argument or user.
func (c *Cloud) Order(o FaultOrder) (cancel func(), err error) {
	f, err := NamedFault(o.Fault, o.Arg)
	if err != nil {
		return nil, err
	}
	oid, err := c.oid(o.User)
	if err != nil {
		return nil, err
	}
	return c.Fail(Rule{Op: o.Op, Path: o.Path, User: oid, Skip: o.Skip, Count: o.Count, Fault: f}), nil
}

// oid of a user by either name; empty stays empty.
func (c *Cloud) oid(user string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if user == "" {
		return "", nil
	}
	if u := cmp.Or(c.user(user), c.findPrincipal(user)); u != nil {
		return u.OID, nil
	}
	return "", errors.New("unknown user")
}

func (c *Cloud) controlFault(w http.ResponseWriter, r *http.Request) {
	var o FaultOrder
	err := readOrder(r, &o)
	if err == nil {
		_, err = c.Order(o)
	}
	reply(w, o, err)
}

func (c *Cloud) controlStory(w http.ResponseWriter, r *http.Request) {
	steps, err := strconv.Atoi(r.URL.Query().Get("steps"))
	if err != nil || steps < 1 || steps > 1000 {
		reply(w, nil, errors.New("steps: a number from 1 to 1000"))
		return
	}
	reply(w, c.Advance(steps), nil)
}

func (c *Cloud) controlTokens(w http.ResponseWriter, r *http.Request) {
	oid, err := c.oid(r.URL.Query().Get("user"))
	if err == nil && oid == "" {
		err = errors.New("user: an object id or user principal name")
	}
	var issued Tokens
	if err == nil {
		issued, err = c.IssueTokens(oid, "curl", nil)
	}
	reply(w, issued, err)
}
