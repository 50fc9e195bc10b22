package ado_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
)

// everyMethod gives the name and a call of each endpoint method of Session, found by reflection, so that none that is
// added later is left out. Arguments are ones that any method takes.
func everyMethod(t *testing.T) map[string]func(ctx context.Context, s *ado.Session) error {
	t.Helper()
	out := map[string]func(ctx context.Context, s *ado.Session) error{}
	session := reflect.TypeFor[*ado.Session]()
	for method := range session.Methods() {
		kind := method.Type
		if kind.NumIn() < 2 || kind.In(1) != reflect.TypeFor[context.Context]() {
			continue
		}
		require.Equal(t, reflect.TypeFor[error](), kind.Out(kind.NumOut()-1), method.Name)
		out[method.Name] = func(ctx context.Context, s *ado.Session) error {
			args := []reflect.Value{reflect.ValueOf(s), reflect.ValueOf(ctx)}
			for i := 2; i < kind.NumIn(); i++ {
				args = append(args, argument(kind.In(i)))
			}
			results := method.Func.Call(args)
			err, _ := reflect.TypeAssert[error](results[len(results)-1])
			return err
		}
	}
	require.GreaterOrEqual(t, len(out), 15)
	return out
}

func argument(kind reflect.Type) reflect.Value {
	switch kind {
	case reflect.TypeFor[string]():
		return reflect.ValueOf(queryGUID) // good for an organization, a project, a query and a text
	case reflect.TypeFor[[]string]():
		return reflect.ValueOf([]string{queryGUID})
	case reflect.TypeFor[[]int]():
		return reflect.ValueOf([]int{1, 2})
	case reflect.TypeFor[ado.Query]():
		return reflect.ValueOf(ado.Query{ID: queryGUID, QueryType: ado.QueryFlat})
	case reflect.TypeFor[time.Time]():
		return reflect.ValueOf(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	}
	if kind.Kind() == reflect.Func {
		return reflect.MakeFunc(kind, func([]reflect.Value) []reflect.Value {
			results := []reflect.Value{}
			for out := range kind.Outs() {
				results = append(results, reflect.Zero(out))
			}
			return results
		})
	}
	return reflect.Zero(kind)
}

// quick is a client whose requests go straight to the handler, without waits between attempts.
func quick(tb testing.TB, handler http.HandlerFunc, change ...func(*ado.Options)) *ado.Client {
	tb.Helper()
	o := ado.Options{
		BaseURL: "http://ado.test/base", ProfileURL: "http://ado.test/sps", BaseDelay: time.Nanosecond,
		HTTP: &http.Client{Transport: direct(handler)},
	}
	for _, f := range change {
		f(&o)
	}
	c, err := ado.New(o)
	require.NoError(tb, err)
	return c
}

// send writes the refusal; HEAD has no body, as on a connection.
func (r refusal) send(w http.ResponseWriter, q *http.Request) {
	w.Header().Set("ActivityId", "a-1")
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	for k, v := range r.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(r.status)
	if q.Method != http.MethodHead {
		_, _ = io.WriteString(w, r.body)
	}
}

// TestEveryMethodMeetsEveryRefusal: an endpoint adds nothing to the classifier, and takes nothing away.
func TestEveryMethodMeetsEveryRefusal(t *testing.T) {
	t.Parallel()
	for name, call := range everyMethod(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, tt := range refusals() {
				if tt.name == "wrong shape" && !slices.Contains([]string{"RunQuery", "Wiql", "CountQuery"}, name) {
					continue // it is wrong for query results only
				}
				err := call(t.Context(), quick(t, tt.send).As("amy", fixed(token)))
				kind := tt.kind
				if name == "OrganizationExists" && tt.status == http.StatusOK {
					kind = ado.ErrUnavailable // a page, but nobody was to sign in
				}
				meets(t, name, tt.name, kind, err)
				if e, ok := errors.AsType[*ado.Error](err); ok {
					if name != "CountQuery" || tt.kind != ado.ErrThrottled { // a throttled HEAD is not asked again to learn why
						require.Equal(t, tt.code, e.Code, tt.name)
					}
					require.Equal(t, []any{tt.status, "a-1"}, []any{e.Status, e.ActivityID}, tt.name)
				}
			}
		})
	}
}

// meets holds what a refusal becomes. Whether an organization exists is asked without credentials, so that all but a
// failure to answer means no.
func meets(t *testing.T, method, what string, kind ado.Kind, err error) {
	t.Helper()
	if method == "OrganizationExists" && kind != ado.ErrThrottled && kind != ado.ErrUnavailable {
		kind = ""
	}
	if kind == "" {
		require.NoError(t, err, what)
		return
	}
	require.ErrorIs(t, err, kind, what)
	require.Contains(t, err.Error(), "ado: ", what)
}

// TestEveryMethodMeetsEveryStatus: whatever the status, one kind matches, and only 2xx with JSON is an answer.
func TestEveryMethodMeetsEveryStatus(t *testing.T) {
	t.Parallel()
	for name, call := range everyMethod(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for status := 200; status < 600; status++ {
				c := quick(t, refusal{status: status, body: "{}"}.send)
				meets(t, name, http.StatusText(status), kindOfStatus(status), call(t.Context(), c.As("amy", fixed(token))))
			}
		})
	}
}

// TestEveryMethodOnTheWire walks the statuses of the wire once with a real connection, which has no body where none is
// allowed.
func TestEveryMethodOnTheWire(t *testing.T) {
	t.Parallel()
	for name, call := range everyMethod(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, mux := session(t)
			answers := []int{401, 403, 404, 410, 501, 200}
			mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
				refusal{status: answers[0], body: "{}"}.send(w, r)
			})
			for ; len(answers) > 0; answers = answers[1:] {
				meets(t, name, http.StatusText(answers[0]), kindOfStatus(answers[0]), call(t.Context(), s))
			}
		})
	}
}
